import type { Descriptor } from "@kubewarden-ts/oci";
import { decodeBase64 } from "@kubewarden-ts/x509";
import { invalidSignature } from "../errors.ts";
import { type LogPromise, readLogPromise } from "./log-promise.ts";
import { readPayload, type SimpleSigningPayload } from "./payload.ts";

/** The media type of a layer that is signed; what says so are its annotations. */
export const simpleSigningType = "application/vnd.dev.cosign.simplesigning.v1+json";

/** Annotations of a layer (kwctl-and-oci 15.1). */
export const layerAnnotations = {
  signature: "dev.cosignproject.cosign/signature",
  bundle: "dev.sigstore.cosign/bundle",
  certificate: "dev.sigstore.cosign/certificate",
  timestamp: "dev.sigstore.cosign/rfc3161timestamp",
} as const;

/** A signature as cosign has stored them until its version 3: a layer of the image `sha256-<hex>.sig`. */
export interface SimpleSigningLayer extends SimpleSigningPayload {
  /** Of the layer. */
  readonly digest: string;
  /** What is signed. */
  readonly payload: Buffer<ArrayBuffer>;
  readonly signature: Buffer<ArrayBuffer>;
  readonly promise: LogPromise | undefined;
  /** In PEM, as it came: a signature by a key may have a certificate that says nothing. */
  readonly certificate: string | undefined;
  /** JSON with a timestamp of RFC 3161, as it came. */
  readonly timestamp: string | undefined;
}

/**
 * Reads a layer and its annotations; nothing is verified.
 * @param payload - the bytes of the layer, which have the descriptor's digest
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function readLayer({ digest, annotations }: Descriptor, payload: Uint8Array): SimpleSigningLayer {
  const signature = annotations.get(layerAnnotations.signature);
  if (signature === undefined) throw invalidSignature("the layer has no signature");
  const bundle = annotations.get(layerAnnotations.bundle);
  return {
    ...readPayload(payload),
    ...{ digest, payload: Buffer.from(payload), signature: base64Of(signature, "signature") },
    promise: bundle === undefined ? undefined : readLogPromise(bundle),
    certificate: annotations.get(layerAnnotations.certificate),
    timestamp: annotations.get(layerAnnotations.timestamp),
  };
}

/** @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` */
export function base64Of(text: string, what: string): Buffer<ArrayBuffer> {
  const bytes = decodeBase64(text);
  if (bytes === undefined || bytes.length === 0) throw invalidSignature(`the ${what} is not base64`);
  return Buffer.from(bytes);
}
