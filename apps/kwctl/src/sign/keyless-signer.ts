import { X509Certificate } from "node:crypto";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { type Bundle, bundleToJSON } from "@sigstore/bundle";
import type { SigningConfig } from "@sigstore/protobuf-specs";
import { KwctlError } from "../errors.ts";
import { type ImageSigner, layerAnnotation } from "./image-signer.ts";
import { statementType } from "./signed-contents.ts";

export interface KeylessOptions {
  /** A token of an OpenID Connect issuer that the certificate authority trusts; checked before. */
  readonly token: string;
  /** The services that make certificates, log entries and timestamps. */
  readonly signingConfig: SigningConfig;
  readonly log: Logger;
}

/**
 * Signs with keys that live for one signature: a certificate authority says whose they are, a log that they were used.
 * @returns a signer that rejects with {@link KwctlError} `KWCTL_SIGNING_FAILED`
 */
export async function keylessSigner(options: KeylessOptions): Promise<ImageSigner> {
  const { token, signingConfig, log } = options;
  const { bundleBuilderFromSigningConfig } = await import("@sigstore/sign");
  const identityProvider = { getToken: async () => token };
  const sign = async (
    bundleType: "dsseEnvelope" | "messageSignature",
    artifact: { data: Buffer; type?: string },
  ): Promise<Bundle> => {
    try {
      const builder = bundleBuilderFromSigningConfig({ signingConfig, identityProvider, bundleType });
      return await builder.create(artifact);
    } catch (error) {
      throw signingFailed(error, token);
    }
  };
  return {
    bundle: async (data) => bundleToJSON(await sign("dsseEnvelope", { data, type: statementType })),
    async layerAnnotations(data) {
      const annotations = annotationsOf(await sign("messageSignature", { data }));
      if (annotations === undefined) {
        log.warn(
          "the transparency log signs no promises: hosts that read simple signing only will not see this signature",
        );
      }
      return annotations;
    },
  };
}

/** A bundle in the form of a simple signing layer (kwctl-and-oci.md 15.1), which needs the promise of a log. */
function annotationsOf({ verificationMaterial, content }: Bundle): Record<string, string> | undefined {
  const [entry] = verificationMaterial.tlogEntries;
  const promise = entry?.inclusionPromise?.signedEntryTimestamp;
  const certificate = certificateOf(verificationMaterial.content);
  if (content.$case !== "messageSignature" || certificate === undefined) return undefined;
  if (entry === undefined || promise === undefined) return undefined;
  const bundle = {
    SignedEntryTimestamp: promise.toString("base64"),
    Payload: {
      body: entry.canonicalizedBody.toString("base64"),
      integratedTime: Number(entry.integratedTime),
      logIndex: Number(entry.logIndex),
      logID: entry.logId.keyId.toString("hex"),
    },
  };
  return {
    [layerAnnotation.signature]: content.messageSignature.signature.toString("base64"),
    [layerAnnotation.certificate]: new X509Certificate(certificate).toString(),
    [layerAnnotation.bundle]: JSON.stringify(bundle),
  };
}

function certificateOf(material: Bundle["verificationMaterial"]["content"]): Buffer | undefined {
  switch (material.$case) {
    case "certificate":
      return material.certificate.rawBytes;
    case "x509CertificateChain":
      return material.x509CertificateChain.certificates[0]?.rawBytes;
    case "publicKey":
      return undefined;
  }
}

/** The token signs in for whoever has it: it is in no message. */
function signingFailed(error: unknown, token: string): KwctlError {
  const text = errorText(error).replaceAll(token, "…");
  return new KwctlError(`Cannot sign with an identity token: ${text}`, { code: "KWCTL_SIGNING_FAILED" });
}
