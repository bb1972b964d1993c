import type { Logger } from "@kubewarden-ts/base";
import {
  type BlobSink,
  type BlobStreamer,
  type Descriptor,
  digestOf,
  formatReference,
  type ImageManifest,
  type ImageReference,
  imageOf,
  type ManifestReader,
  type Platform,
  type Progress,
  parseGivenDigest,
} from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import type { KeptModules } from "./kept-modules.ts";
import { checkedModule, sha256Of } from "./module-bytes.ts";
import { notAsSigned } from "./not-as-signed.ts";
import { imagePath } from "./store-path.ts";
import type { DownloadedModule, StoredModule } from "./stored-module.ts";

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

/**
 * When registries and web servers are asked for a module, as in the `imagePullPolicy` of Kubernetes: when it is not in the
 * store, or is the tag `latest` (`missing`); always, and it is downloaded when it is another one (`always`); never, for
 * machines without a network (`never`). What must be admitted is asked about always.
 */
export type PullPolicy = "missing" | "always" | "never";

interface ImageSource {
  readonly client: Pick<ManifestReader, "fetchManifest"> & { fetchBlobTo: BlobStreamer };
  readonly platform: Platform;
  readonly maxBytes: number;
  readonly admit?: AdmitImage | undefined;
  readonly progress?: Progress | undefined;
}

export interface ImageModuleOptions extends ImageSource {
  readonly modules: KeptModules;
  readonly pullPolicy: PullPolicy;
  readonly log: Logger;
}

/**
 * The module of an image (policy-server 2.2): from the store when it is there, else from the registry. A module behind a
 * digest is always checked; what is damaged in the store is downloaded again.
 */
export async function imageModule(
  reference: ImageReference,
  options: ImageModuleOptions & { signal: AbortSignal },
): Promise<StoredModule> {
  const { modules, admit, pullPolicy } = options;
  const segments = imagePath(reference);
  const kept = await modules.read(segments);
  const isNever = pullPolicy === "never";
  if (kept === undefined && isNever && admit === undefined) throw imageNotInStore(reference);
  const isAsked = pullPolicy === "always" || (pullPolicy === "missing" && isMoving(reference));
  if (kept !== undefined && !isAsked && reference.digest === undefined && admit === undefined) return kept;
  const { layer, manifestDigest } = await moduleLayer(reference, options);
  if (kept !== undefined && hasDigest(kept.bytes, layer.digest)) return { ...kept, manifestDigest };
  const digest = admit && (await modules.digestInPlace(segments));
  const asSigned = { layer, path: modules.pathOf(segments), digest };
  if (isNever) {
    const cause = imageNotInStore(reference);
    throw admit === undefined ? cause : notAsSigned(asSigned, cause);
  }
  if (kept !== undefined && !isAsked) tellOther(kept, reference, options);
  const bytes = await fetchLayer(reference, layer, options).catch((cause: unknown) => {
    throw digest === undefined ? cause : notAsSigned(asSigned, cause);
  });
  return await modules.write(segments, bytes, { checked: layer, manifestDigest });
}

/** The module of an image as the registry has it; nothing is kept. */
export async function downloadImageModule(
  reference: ImageReference,
  options: ImageSource & { signal: AbortSignal },
): Promise<DownloadedModule> {
  const { layer, manifestDigest } = await moduleLayer(reference, options);
  const bytes = checkedModule(await fetchLayer(reference, layer, options));
  return { bytes, digest: sha256Of(bytes, layer), manifestDigest };
}

/** Whether the registry has to be asked what a reference names at present. */
export function isMoving({ tag, digest }: ImageReference): boolean {
  return digest === undefined && tag === "latest";
}

/** A module that is whole, and not the one of the manifest: the tag names another one now, or a file was exchanged. */
function tellOther({ path }: StoredModule, reference: ImageReference, { log }: { log: Logger }): void {
  if (reference.digest === undefined) log.info("a tag has moved, its module is downloaded again", { path });
  else log.warn(damagedModule, { path });
}

/** What is logged about a module that is replaced. */
export const damagedModule = "a module in the store is not what it should be, it is downloaded again";

/** The error of what may not be downloaded. */
export function notInStore(uri: string): StoreError {
  const text = `${uri} is not in the store, and nothing may be downloaded`;
  return new StoreError(text, { code: "STORE_MISSING" });
}

/** The same for an image. */
export function imageNotInStore(reference: ImageReference): StoreError {
  return notInStore(`registry://${formatReference(reference)}`);
}

function hasDigest(bytes: Uint8Array, text: string): boolean {
  const { algorithm, text: digest } = parseGivenDigest(text);
  return digestOf(algorithm, bytes) === digest;
}

/** Into one piece of memory: what is put together from many is there twice. */
async function fetchLayer(
  reference: ImageReference,
  layer: Descriptor,
  { client, signal, maxBytes, progress }: ImageSource & { signal: AbortSignal },
): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  let length = 0;
  const sink: BlobSink = {
    write(piece) {
      // no more than this will come
      if (bytes.length === 0) bytes = new Uint8Array(layer.size);
      bytes.set(piece, length);
      length += piece.length;
    },
    restart() {
      length = 0;
    },
  };
  await client.fetchBlobTo(reference, layer, sink, { signal, maxBytes, progress });
  return bytes;
}

async function moduleLayer(
  reference: ImageReference,
  { client, platform, admit, signal }: ImageSource & { signal: AbortSignal },
): Promise<{ layer: Descriptor; manifestDigest: string }> {
  const named = await client.fetchManifest(reference, { signal });
  await admit?.({ reference, manifestDigest: named.digest }, { signal });
  const { manifest } = await imageOf(named, client, reference, { signal, platform });
  return { layer: onlyModules(manifest, reference), manifestDigest: named.digest };
}

/** The first layer; layers of another type are no policy's (kwctl-and-oci 10). */
function onlyModules({ layers }: ImageManifest, reference: ImageReference): Descriptor {
  const [first] = layers;
  if (first === undefined) throw noLayers(reference);
  const other = layers.find(({ mediaType }) => mediaType !== moduleLayerType);
  if (other === undefined) return first;
  throw new StoreError(
    `Fail to interact with OCI registry: Incompatible layer media type: ${other.mediaType}`,
    { code: "STORE_NO_MODULE" },
  );
}

/** In kwctl's words (kwctl-and-oci 10), and below in those of the policy server (policy-server 2.2), which name the image. */
function noLayers(reference: ImageReference): StoreError {
  const code = "STORE_NO_MODULE";
  const text = `could not pull policy registry://${formatReference(reference)}: empty layers`;
  const cause = new StoreError(text, { code });
  return new StoreError("Fail to interact with OCI registry: No layers to pull", { code, cause });
}
