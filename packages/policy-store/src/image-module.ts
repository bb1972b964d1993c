import type { Logger } from "@kubewarden-ts/base";
import {
  type BlobReader,
  type Descriptor,
  digestOf,
  formatReference,
  type ImageManifest,
  type ImageReference,
  imageOf,
  type ManifestReader,
  type Platform,
  parseGivenDigest,
} from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { checkedModule, isWholeModule, sha256Of } from "./module-bytes.ts";
import { imagePath } from "./store-path.ts";
import type { StoredFiles } from "./stored-files.ts";
import type { StoredModule } from "./stored-module.ts";

/** The media type of a policy's layer. */
export const moduleLayerType = "application/vnd.wasm.content.layer.v1+wasm";

/**
 * Decides whether an image may be used: called with the digest of the manifest or index that the reference names, before
 * the module is downloaded and before one of the store is used. What it is asked about is what is run.
 */
export type AdmitImage = (
  image: { reference: ImageReference; manifestDigest: string },
  options: { signal: AbortSignal },
) => Promise<void>;

export interface ImageModuleOptions {
  readonly client: Pick<ManifestReader, "fetchManifest"> & { fetchBlob: BlobReader };
  readonly files: StoredFiles;
  readonly platform: Platform;
  readonly maxBytes: number;
  readonly admit?: AdmitImage | undefined;
  readonly log: Logger;
}

/**
 * The module of an image (policy-server 2.2): from the store when it is there, else from the registry. The tag `latest` is
 * always asked for, a module behind a digest always checked; what is damaged in the store is downloaded again.
 */
export async function imageModule(
  reference: ImageReference,
  options: ImageModuleOptions & { signal: AbortSignal },
): Promise<StoredModule> {
  const { files, admit, maxBytes, log } = options;
  const segments = imagePath(reference);
  const path = files.pathOf(segments);
  const kept = await files.read(segments, { maxBytes });
  const isWhole = kept !== undefined && isWholeModule(kept);
  if (isWhole && !isMoving(reference) && reference.digest === undefined && admit === undefined) {
    return { bytes: kept, path, digest: sha256Of(kept) };
  }
  const { layer, manifestDigest } = await moduleLayer(reference, options);
  if (isWhole && hasDigest(kept, layer.digest)) {
    return { bytes: kept, path, digest: sha256Of(kept, layer), manifestDigest };
  }
  if (kept !== undefined && !(isWhole && isMoving(reference))) {
    log.warn("a module in the store is not what it should be, it is downloaded again", { path });
  }
  const { client, signal } = options;
  const bytes = checkedModule(await client.fetchBlob(reference, layer, { signal, maxBytes }));
  await files.write(segments, bytes);
  return { bytes, path, digest: sha256Of(bytes, layer), manifestDigest };
}

/** Whether the registry has to be asked what a reference names at present. */
export function isMoving({ tag, digest }: ImageReference): boolean {
  return digest === undefined && tag === "latest";
}

function hasDigest(bytes: Uint8Array, text: string): boolean {
  const { algorithm, text: digest } = parseGivenDigest(text);
  return digestOf(algorithm, bytes) === digest;
}

async function moduleLayer(
  reference: ImageReference,
  { client, platform, admit, signal }: ImageModuleOptions & { signal: AbortSignal },
): Promise<{ layer: Descriptor; manifestDigest: string }> {
  const named = await client.fetchManifest(reference, { signal });
  await admit?.({ reference, manifestDigest: named.digest }, { signal });
  const { manifest } = await imageOf(named, client, reference, { signal, platform });
  return { layer: onlyModules(manifest, reference), manifestDigest: named.digest };
}

/** The first layer; layers of another type are no policy's (kwctl-and-oci 10). */
function onlyModules({ layers }: ImageManifest, reference: ImageReference): Descriptor {
  const [first] = layers;
  if (first === undefined) {
    throw new StoreError(`could not pull policy registry://${formatReference(reference)}: empty layers`, {
      code: "STORE_NO_MODULE",
    });
  }
  const other = layers.find(({ mediaType }) => mediaType !== moduleLayerType);
  if (other === undefined) return first;
  throw new StoreError(
    `Fail to interact with OCI registry: Incompatible layer media type: ${other.mediaType}`,
    { code: "STORE_NO_MODULE" },
  );
}
