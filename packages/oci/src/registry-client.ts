import { type Clock, type Logger, silentLogger, systemClock } from "@kubewarden-ts/base";
import { createAuthorizer } from "./auth/authorizer.ts";
import { anonymous, type Credentials } from "./credentials/credential.ts";
import { createTransport } from "./http/transport.ts";
import { type FetchedImage, fetchManifestAndConfig } from "./image.ts";
import type { Platform } from "./manifest/platform.ts";
import { type BlobReader, createBlobReader } from "./read-blob.ts";
import { createManifestReader, type ManifestReader } from "./read-manifest.ts";
import type { ImageReference } from "./reference.ts";
import { createSession } from "./session.ts";
import { createConnections } from "./sources/connections.ts";
import type { Sources } from "./sources/sources.ts";

/**
 * Reads registries (kwctl-and-oci 11). Every answer is checked against the digests that are known of it. All reject with
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
   * The manifest of an image and its configuration; of an index, that of the entry for `platform`.
   * @throws {OciError} `OCI_PLATFORM_MISSING`, and those of `fetchManifest` and `fetchBlob`
   */
  fetchManifestAndConfig(
    reference: ImageReference,
    options: { signal: AbortSignal; platform: Platform },
  ): Promise<FetchedImage>;
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
  const { fetchManifest, fetchDigest } = createManifestReader(session, {
    ...{ maxBytes: limits.maxManifestBytes, timeoutMs },
  });
  const fetchBlob = createBlobReader(session, transport, { timeoutMs: blobTimeoutMs });
  return {
    fetchManifest,
    fetchDigest,
    fetchBlob,
    fetchManifestAndConfig: (reference, { signal, platform }) =>
      fetchManifestAndConfig({ fetchManifest, fetchBlob }, reference, {
        signal,
        platform,
        maxConfigBytes: limits.maxConfigBytes,
      }),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
