import { parseGivenDigest } from "./digest.ts";
import { registryError } from "./errors.ts";
import type { ImageManifest } from "./manifest/manifest.ts";
import { entryFor, type Platform } from "./manifest/platform.ts";
import type { BlobReader } from "./read-blob.ts";
import type { FetchedManifest, ManifestReader } from "./read-manifest.ts";
import type { ImageReference } from "./reference.ts";

/** An image for one platform. */
export interface FetchedImage {
  readonly manifest: ImageManifest;
  /** of the manifest, as `<algorithm>:<hex>`; not that of an index it was found in */
  readonly digest: string;
  /** the bytes of its configuration */
  readonly config: Uint8Array;
}

/** The image behind a reference with its configuration; of an index, the entry for the platform. */
export async function fetchManifestAndConfig(
  client: { fetchManifest: ManifestReader["fetchManifest"]; fetchBlob: BlobReader },
  reference: ImageReference,
  { signal, platform, maxConfigBytes }: { signal: AbortSignal; platform: Platform; maxConfigBytes: number },
): Promise<FetchedImage> {
  const found = await client.fetchManifest(reference, { signal });
  const { manifest, digest } = await imageOf(found, client, reference, { signal, platform });
  const config = await client.fetchBlob(reference, manifest.config, { signal, maxBytes: maxConfigBytes });
  return { manifest, digest, config };
}

/**
 * The image that a fetched manifest is, or, of an index, has for the platform.
 * @returns its manifest, and the digest of that
 * @throws {OciError} `OCI_PLATFORM_MISSING`, and those of `fetchManifest`
 */
export async function imageOf(
  { manifest, digest }: Pick<FetchedManifest, "manifest" | "digest">,
  client: Pick<ManifestReader, "fetchManifest">,
  { registry, repository }: ImageReference,
  { signal, platform }: { signal: AbortSignal; platform: Platform },
): Promise<{ manifest: ImageManifest; digest: string }> {
  if (manifest.kind === "image") return { manifest, digest };
  const entry = entryFor(manifest.manifests, platform);
  if (entry === undefined) {
    const { os, architecture } = platform;
    throw notFound(
      `no entry found in image index manifest matching client's default platform: ${os}/${architecture}`,
    );
  }
  const inner = await client.fetchManifest(
    { registry, repository, digest: parseGivenDigest(entry.digest).text },
    { signal },
  );
  if (inner.manifest.kind === "image") return { manifest: inner.manifest, digest: inner.digest };
  throw notFound("the entry for this platform is an image index itself");
}

function notFound(why: string): Error {
  return registryError(`Image manifest not found: ${why}`, { code: "OCI_PLATFORM_MISSING" });
}
