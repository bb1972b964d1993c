import { createLookUpCache, type LookUpCache } from "@kubewarden-ts/base";
import { formatManifest, formatManifestAndConfig } from "./manifest/manifest.ts";
import type { Platform } from "./manifest/platform.ts";
import { formatReference, type ImageReference, parseReference } from "./reference.ts";
import type { RegistryClient } from "./registry-client.ts";

interface LookUpOptions {
  readonly signal: AbortSignal;
}

/**
 * What policies ask about images (policy-runtime 5.5, 5.9), for all of them together: an answer is kept for 60 s, an
 * error for 10 s, and equal questions at the same time make one request. Images are texts as policies have them, such
 * as `busybox`. All reject with OciError, besides others with `OCI_REFERENCE_INVALID`.
 */
export interface ImageLookUps {
  /** `manifest_digest`: as `<algorithm>:<hex>` */
  digest(image: string, options: LookUpOptions): Promise<string>;
  /** `oci_manifest`: the JSON text of an image or an index */
  manifest(image: string, options: LookUpOptions): Promise<string>;
  /** `oci_manifest_config`: the JSON text of `{ manifest, digest, config }` */
  manifestAndConfig(image: string, options: LookUpOptions): Promise<string>;
}

const keptMs = 60_000;
const failureKeptMs = 10_000;
/** For each kind of question; with the next, what hostile registries can make us keep ends at some 100 MB. */
const maxEntries = 500;
/** Longer answers are no image's that anybody builds: they are given, and not kept. */
const maxKeptLength = 256 * 1024;

/**
 * @param options.platform - whose entry of an index counts
 * @param options.now - a clock in milliseconds
 */
export function createImageLookUps({
  client,
  platform,
  now,
}: {
  client: Pick<RegistryClient, "fetchDigest" | "fetchManifest" | "fetchManifestAndConfig">;
  platform: Platform;
  now: () => number;
}): ImageLookUps {
  const cached = (load: (reference: ImageReference, options: LookUpOptions) => Promise<string>) => {
    const cache: LookUpCache<string> = createLookUpCache({
      ...{ now, maxEntries, failureMs: failureKeptMs },
      successMs: (text) => (text.length > maxKeptLength ? 0 : keptMs),
    });
    return async (image: string, { signal }: LookUpOptions): Promise<string> => {
      const reference = parseReference(image);
      return await cache.get(formatReference(reference), (shared) => load(reference, { signal: shared }), {
        signal,
      });
    };
  };
  return {
    digest: cached((reference, options) => client.fetchDigest(reference, options)),
    manifest: cached(async (reference, options) =>
      formatManifest((await client.fetchManifest(reference, options)).manifest),
    ),
    manifestAndConfig: cached(async (reference, options) =>
      formatManifestAndConfig(await client.fetchManifestAndConfig(reference, { ...options, platform })),
    ),
  };
}
