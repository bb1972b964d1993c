import type { ImageReference } from "@kubewarden-ts/oci";
import { attachBundle } from "./attach-bundle.ts";
import { attachLayer } from "./attach-layer.ts";
import type { ImageSigner } from "./image-signer.ts";
import type { SignatureRegistry } from "./signature-registry.ts";
import { signatureStatement, simpleSigningPayload } from "./signed-contents.ts";
import { addListed } from "./tagged-list.ts";

export interface SignImageOptions {
  readonly registry: SignatureRegistry;
  readonly signer: ImageSigner;
  /** What the signature says besides; a verification can ask for it. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Signs an image that a registry holds, and attaches the signature in both forms: as a simple signing layer, which hosts of
 * every version read, and as a bundle, which says more.
 * @returns the digest of the manifest or index that is signed, as `sha256:<hex>`
 * @throws {OciError} what is wrong with the registry
 * @throws {KwctlError} `KWCTL_SIGNING_FAILED`
 */
export async function signImage(
  reference: ImageReference,
  { registry, signer, annotations, signal }: SignImageOptions,
): Promise<{ digest: string }> {
  const { digest, bytes, mediaType } = await registry.fetchManifest(reference, { signal });
  const image = { reference, digest, annotations };
  // Both signatures exist before anything is attached: a failure leaves the image as it was.
  const bundle = await signer.bundle(signatureStatement(image));
  const payload = simpleSigningPayload(image);
  const layerAnnotations = await signer.layerAnnotations(payload);
  const attaching = { reference, registry, signal };
  const layer =
    layerAnnotations && (await attachLayer(digest, { payload, annotations: layerAnnotations }, attaching));
  await attachBundle({ mediaType, digest, size: bytes.length }, bundle, attaching);
  // who signs at the same time, and read the manifest before us, may have written it after us
  if (layer !== undefined) await addListed(layer, attaching);
  return { digest };
}
