import { errorText, type Logger } from "@kubewarden-ts/base";
import {
  checkDigest,
  type FetchedManifest,
  type ManifestReader,
  parseDigest,
  parseManifest,
} from "@kubewarden-ts/oci";
import type { StoredFiles } from "./stored-files.ts";

const maxManifestBytes = 4 * 1024 * 1024;
const manifestsFolder = "manifests";

/** A file of a store. */
export interface StoreFile {
  /** below the folder of the store */
  readonly segments: readonly string[];
  readonly bytes: Uint8Array;
}

function manifestPath(digest: string): string[] {
  return [manifestsFolder, ...digest.split(":")];
}

/**
 * The digest that the manifest in a place must have.
 * @returns nothing where no manifest may lie
 */
export function digestOfPlace(segments: readonly string[]): string | undefined {
  if (segments.length !== 3 || segments[0] !== manifestsFolder) return undefined;
  const digest = segments.slice(1).join(":");
  try {
    return parseDigest(digest).text === digest ? digest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The manifests of a store that show what a digest names: the one that has it, and of an index those of its entries.
 * What is not there, or is another one, is left out.
 */
export async function manifestsOf(digest: string, files: Pick<StoredFiles, "read">): Promise<StoreFile[]> {
  const kept = await keptManifest(digest, files).catch(() => undefined);
  if (kept === undefined) return [];
  const entries = kept.manifest.kind === "index" ? kept.manifest.manifests : [];
  const below = await Promise.all(
    entries.map((entry) => keptManifest(entry.digest, files).catch(() => undefined)),
  );
  return [kept, ...below].flatMap((each) =>
    each === undefined ? [] : [{ segments: manifestPath(each.digest), bytes: each.bytes }],
  );
}

/** @throws {OciError} `OCI_DIGEST_MISMATCH`, `OCI_MANIFEST_INVALID`; @throws {StoreError} */
async function keptManifest(
  text: string,
  files: Pick<StoredFiles, "read">,
): Promise<FetchedManifest | undefined> {
  const digest = parseDigest(text);
  const file = await files.read(manifestPath(digest.text), { maxBytes: maxManifestBytes });
  if (file === undefined) return undefined;
  const { bytes } = file;
  checkDigest(bytes, digest);
  const manifest = parseManifest(bytes);
  return { bytes, digest: digest.text, manifest, mediaType: manifest.mediaType };
}

/**
 * Reads manifests that are named by their digest from the store, once they were there: a manifest has the digest that
 * the reference says, so that a module can be checked against it without the registry.
 */
export function keepManifests(
  client: Pick<ManifestReader, "fetchManifest">,
  { files, log }: { files: StoredFiles; log: Logger },
): Pick<ManifestReader, "fetchManifest"> {
  const usable = async (digest: string): Promise<FetchedManifest | undefined> => {
    try {
      return await keptManifest(digest, files);
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
      const kept = await usable(digest);
      if (kept !== undefined) return kept;
      const fetched = await client.fetchManifest(reference, options);
      await keep(manifestPath(digest), fetched.bytes);
      return fetched;
    },
  };
}
