export { anonymous, type Credential, type Credentials } from "./credentials/credential.ts";
export { type AskHelper, helperRunner } from "./credentials/credential-helper.ts";
export { dockerConfigFolder, dockerCredentials } from "./credentials/docker-credentials.ts";
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
export type { BlobDescriptor, BlobReader } from "./read-blob.ts";
export type { FetchedManifest, ManifestReader } from "./read-manifest.ts";
export { formatReference, type ImageReference, normalizePolicyUri, parseReference } from "./reference.ts";
export {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
  type RegistryLimits,
} from "./registry-client.ts";
export { type Connections, createConnections } from "./sources/connections.ts";
export {
  defaultSources,
  type Proxies,
  proxiesFromEnvironment,
  type Sources,
  withEnvironmentProxies,
} from "./sources/sources.ts";
export { parseSources, toSources } from "./sources/sources-file.ts";
