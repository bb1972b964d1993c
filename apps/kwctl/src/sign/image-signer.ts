import { bundleToJSON, type SerializedBundle } from "@sigstore/bundle";
import { statementType } from "./signed-contents.ts";
import type { SigningKey } from "./signing-key.ts";

/** Makes both forms of a signature. */
export interface ImageSigner {
  /** A bundle of version 0.3 around a statement. */
  bundle(statement: Buffer): Promise<SerializedBundle>;
  /**
   * The annotations of a simple signing layer.
   * @returns nothing where this form cannot hold what proves the signature
   */
  layerAnnotations(payload: Buffer): Promise<Readonly<Record<string, string>> | undefined>;
}

/** What simple signing layers say of their signatures (kwctl-and-oci.md 15.1). */
export const layerAnnotation = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  bundle: "dev.sigstore.cosign/bundle",
} as const;

/** Signs with a key pair, without a network. */
export async function keySigner({ hint, publicKey, sign }: SigningKey): Promise<ImageSigner> {
  const { DSSEBundleBuilder } = await import("@sigstore/sign");
  const signer = {
    sign: async (data: Buffer) => ({
      signature: sign(data),
      key: { $case: "publicKey" as const, hint, publicKey },
    }),
  };
  return {
    async bundle(statement) {
      const builder = new DSSEBundleBuilder({ signer, witnesses: [] });
      return bundleToJSON(await builder.create({ data: statement, type: statementType }));
    },
    layerAnnotations: async (payload) => ({
      [layerAnnotation.signature]: sign(payload).toString("base64"),
    }),
  };
}
