import { type Clock, type Logger, silentLogger, systemClock } from "@kubewarden-ts/base";
import { createAuthorizer } from "./auth/authorizer.ts";
import { anonymous, type Credentials } from "./credentials/credential.ts";
import { createTransport } from "./http/transport.ts";
import { type FetchedImage, fetchManifestAndConfig } from "./image.ts";
import type { Platform } from "./manifest/platform.ts";
import { type BlobWriter, createBlobWriter } from "./push-blob.ts";
import { createManifestWriter, type ManifestWriter } from "./push-manifest.ts";
import { type BlobReader, type BlobStreamer, createBlobReader, createBlobStreamer } from "./read-blob.ts";
import { createManifestReader, type ManifestReader } from "./read-manifest.ts";
import { createReferrersReader, type ReferrersReader } from "./read-referrers.ts";
import { createTagReader, type TagReader } from "./read-tags.ts";
import type { ImageReference } from "./reference.ts";
import { createSession } from "./session.ts";
import { createConnections } from "./sources/connections.ts";
import type { Sources } from "./sources/sources.ts";

/**
 * Reads and writes registries (kwctl-and-oci 11). Every answer is checked against the digests that are known of it. All reject with
 * OciError; besides those named, with `OCI_UNAUTHORIZED`, `OCI_NOT_FOUND`, `OCI_REFUSED`, `OCI_UNAVAILABLE`,
 * `OCI_TIMEOUT`, `OCI_ABORTED`, `OCI_INSECURE`, `OCI_PROTOCOL`, `OCI_SOURCES_INVALID`.
 */
export interface RegistryClient extends AsyncDisposable {
  /**
   * The manifest or index behind a reference.
   * @throws {OciError} `OCI_DIGEST_MISMATCH`, `OCI_MANIFEST_UNSUPPORTED`, `OCI_MANIFEST_INVALID`, `OCI_TOO_LARGE`
   */
  readonly fetchManifest: ManifestReader["fetchManifest"];
  /**
   * The digest of the manifest or index behind a reference, as `<algorithm>:<hex>`; its content is not looked at.
   * @throws {OciError} `OCI_DIGEST_MISMATCH`, `OCI_TOO_LARGE`
   */
  readonly fetchDigest: ManifestReader["fetchDigest"];
  /**
   * A blob of the reference's repository; where the registry does not give it, one of the descriptor's URLs may.
   * @throws {OciError} `OCI_DIGEST_MISMATCH`, `OCI_TOO_LARGE`
   */
  readonly fetchBlob: BlobReader;
  /**
   * The same, piece by piece into a sink, which holds up the download while it is busy: nothing of it stays in memory. What
   * is cut off goes on where it was. The bytes of the sink count only when this has ended well.
   * @throws {OciError} `OCI_DIGEST_MISMATCH`, `OCI_TOO_LARGE`; and what the sink throws, as it is
   */
  readonly fetchBlobTo: BlobStreamer;
  /**
   * The manifest of an image and its configuration; of an index, that of the entry for `platform`.
   * @throws {OciError} `OCI_PLATFORM_MISSING`, and those of `fetchManifest` and `fetchBlob`
   */
  fetchManifestAndConfig(
    reference: ImageReference,
    options: { signal: AbortSignal; platform: Platform },
  ): Promise<FetchedImage>;
  /**
   * Asks a registry whether it lets us in with the credentials that we have for it.
   * @param registry - `host` or `host:port` as in image references
   * @throws {OciError} `OCI_UNAUTHORIZED` when it does not
   */
  checkAccess(registry: string, options: { signal: AbortSignal }): Promise<void>;
  /**
   * The tags of a repository, in the registry's order.
   * @throws {OciError} `OCI_TOO_LARGE`
   */
  readonly fetchTags: TagReader;
  /**
   * What refers to the manifest of a digest in the same repository: by the registry's list, else by the index under the tag
   * `sha256-<hex>`. Nobody vouches for the list: what it names has to be checked.
   * @throws {OciError} `OCI_MANIFEST_INVALID`, `OCI_REFERENCE_INVALID` for what is no digest, `OCI_TOO_LARGE`
   */
  readonly fetchReferrers: ReferrersReader;
  /**
   * Brings a blob into the reference's repository, if it is not there: from another repository, in one piece, or in
   * chunks of 4 MiB; an upload that breaks off goes on where it stands.
   * @throws {OciError} `OCI_DIGEST_MISMATCH` when the registry says that it took something else
   */
  readonly pushBlob: BlobWriter;
  /**
   * Puts a manifest or index under the reference's tag, else under its digest. What it names has to be there.
   * @param mediaType - `canonicalManifestType` for what `canonicalManifest` gives
   * @returns its digest, `sha256:` and 64 hex digits, as we computed it
   * @throws {OciError} `OCI_DIGEST_MISMATCH`, when the registry says that it took something else, or the bytes are not
   * those of the reference's digest
   */
  readonly pushManifest: ManifestWriter;
}

export interface RegistryClientOptions {
  /** How hosts are reached. */
  readonly sources: Sources;
  /** Without, registries are asked anonymously. */
  readonly credentials?: Credentials;
  readonly log?: Logger;
  /** Such as `kwctl/1.38.0`. */
  readonly userAgent: string;
  readonly clock?: Clock;
  /** Spreads repeated requests; a number from 0 to 1. */
  readonly random?: () => number;
  /** Certificate authorities that are trusted for all hosts, as PEM; those of the system unless told. */
  readonly roots?: () => readonly string[];
  readonly limits?: Partial<RegistryLimits>;
}

export interface RegistryLimits {
  /** Of a manifest or index; 4 MiB, as registries have it. */
  readonly maxManifestBytes: number;
  /** Of an image configuration. */
  readonly maxConfigBytes: number;
  /** For each exchange that is not about a blob, in milliseconds. */
  readonly timeoutMs: number;
  /** For each exchange about a blob, in milliseconds. */
  readonly blobTimeoutMs: number;
  /** Exchanges with one host at a time: a registry that hangs delays its own images only. */
  readonly maxConcurrentPerHost: number;
}

const defaultLimits: RegistryLimits = {
  maxManifestBytes: 4 * 1024 * 1024,
  maxConfigBytes: 4 * 1024 * 1024,
  timeoutMs: 30_000,
  blobTimeoutMs: 600_000,
  maxConcurrentPerHost: 8,
};

/**
 * A client for all registries. Its connections live until it is disposed of; what is under way is cut then.
 * @example
 * await using client = createRegistryClient({ sources: defaultSources, userAgent: "kwctl/1.38.0" });
 * const digest = await client.fetchDigest(parseReference("ghcr.io/acme/policy:v1"), { signal });
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { sources, credentials = anonymous, log = silentLogger, userAgent } = options;
  const { clock = systemClock, random = Math.random } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const { timeoutMs, blobTimeoutMs, maxConcurrentPerHost } = limits;
  const connections = createConnections(sources, { roots: options.roots });
  const transport = createTransport({ connections, clock, random, log, userAgent, maxConcurrentPerHost });
  const authorizer = createAuthorizer({ transport, credentials, clock, log, timeoutMs });
  const session = createSession({ transport, authorizer });
  const documentLimits = { maxBytes: limits.maxManifestBytes, timeoutMs };
  const { fetchManifest, fetchDigest } = createManifestReader(session, documentLimits);
  const fetchBlobTo = createBlobStreamer(session, transport, { timeoutMs: blobTimeoutMs });
  const fetchBlob = createBlobReader(fetchBlobTo);
  return {
    fetchManifest,
    fetchDigest,
    fetchBlob,
    fetchBlobTo,
    fetchManifestAndConfig: (reference, { signal, platform }) =>
      fetchManifestAndConfig({ fetchManifest, fetchBlob }, reference, {
        signal,
        platform,
        maxConfigBytes: limits.maxConfigBytes,
      }),
    checkAccess: (registry, { signal }) => session.check(registry, { signal, ...documentLimits }),
    fetchTags: createTagReader(session, documentLimits),
    fetchReferrers: createReferrersReader(session, { fetchManifest }, documentLimits),
    pushBlob: createBlobWriter(session, { timeoutMs: blobTimeoutMs }),
    pushManifest: createManifestWriter(session, { timeoutMs }),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
