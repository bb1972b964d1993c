import { errorText, type Logger } from "@kubewarden-ts/base";
import { checkDigest, type ManifestReader, parseDigest, parseManifest } from "@kubewarden-ts/oci";
import type { StoredFiles } from "./stored-files.ts";

const maxManifestBytes = 4 * 1024 * 1024;

/**
 * Reads manifests that are named by their digest from the store, once they were there: a manifest has the digest that
 * the reference says, so that a module can be checked against it without the registry.
 */
export function keepManifests(
  client: Pick<ManifestReader, "fetchManifest">,
  { files, log }: { files: StoredFiles; log: Logger },
): Pick<ManifestReader, "fetchManifest"> {
  const keptManifest = async (segments: readonly string[], digest: string) => {
    try {
      const bytes = await files.read(segments, { maxBytes: maxManifestBytes });
      if (bytes === undefined) return undefined;
      checkDigest(bytes, parseDigest(digest));
      const manifest = parseManifest(bytes);
      return { bytes, digest, manifest, mediaType: manifest.mediaType };
    } catch (error) {
      log.warn("a manifest in the store cannot be used, the registry is asked", {
        digest,
        error: errorText(error),
      });
      return undefined;
    }
  };
  const keep = async (segments: readonly string[], bytes: Uint8Array): Promise<void> => {
    try {
      await files.write(segments, bytes);
    } catch (error) {
      // nothing is lost: it is asked for again
      log.debug("a manifest cannot be kept", { error: errorText(error) });
    }
  };
  return {
    async fetchManifest(reference, options) {
      const { digest } = reference;
      if (digest === undefined) return await client.fetchManifest(reference, options);
      const segments = ["manifests", ...digest.split(":")];
      const kept = await keptManifest(segments, digest);
      if (kept !== undefined) return kept;
      const fetched = await client.fetchManifest(reference, options);
      await keep(segments, fetched.bytes);
      return fetched;
    },
  };
}
