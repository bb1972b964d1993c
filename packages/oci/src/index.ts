export type { BlobSink } from "./blob-receiver.ts";
export { anonymous, type Credential, type Credentials } from "./credentials/credential.ts";
export { type CredentialFile, credentialFiles, dockerConfigFolder } from "./credentials/credential-files.ts";
export {
  type AskHelper,
  type CredentialHelpers,
  credentialHelpers,
} from "./credentials/credential-helper.ts";
export { fileCredentials, registryCredentials } from "./credentials/file-credentials.ts";
export {
  eraseCredential,
  type Keeper,
  type KeepOptions,
  storeCredential,
} from "./credentials/keep-credential.ts";
export {
  checkDigest,
  type Digest,
  type DigestAlgorithm,
  digestOf,
  parseDigest,
  parseGivenDigest,
} from "./digest.ts";
export { OciError, type OciErrorCode } from "./errors.ts";
export { type RetryableOutcome, retryDelayMs } from "./http/retry.ts";
export { type FetchedImage, imageOf } from "./image.ts";
export { createImageLookUps, type ImageLookUps } from "./image-look-ups.ts";
export {
  canonicalManifest,
  canonicalManifestType,
  type WrittenDescriptor,
  type WrittenManifest,
} from "./manifest/canonical-manifest.ts";
export {
  type Descriptor,
  formatManifest,
  formatManifestAndConfig,
  type ImageIndex,
  type ImageManifest,
  type IndexEntry,
  type Manifest,
  parseManifest,
} from "./manifest/manifest.ts";
export { entryFor, type Platform, platformOf } from "./manifest/platform.ts";
export type { Referrer } from "./manifest/referrers.ts";
export type { Progress } from "./progress.ts";
export type { BlobWriter, PushedBlob } from "./push-blob.ts";
export type { ManifestWriter } from "./push-manifest.ts";
export type { BlobDescriptor, BlobReader, BlobStreamer } from "./read-blob.ts";
export type { FetchedManifest, ManifestReader } from "./read-manifest.ts";
export { type ReferrersReader, referrersTag } from "./read-referrers.ts";
export type { TagReader } from "./read-tags.ts";
export { formatReference, type ImageReference, normalizePolicyUri, parseReference } from "./reference.ts";
export {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
  type RegistryLimits,
} from "./registry-client.ts";
export type { Repository } from "./session.ts";
export { type Connections, createConnections } from "./sources/connections.ts";
export {
  defaultSources,
  type Proxies,
  proxiesFromEnvironment,
  type Sources,
  withEnvironmentProxies,
} from "./sources/sources.ts";
export { parseSources, toSources } from "./sources/sources-file.ts";
