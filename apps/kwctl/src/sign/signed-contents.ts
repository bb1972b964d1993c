import type { ImageReference } from "@kubewarden-ts/oci";

/** Which image is signed, and what is said of it. */
export interface SignedImage {
  readonly reference: Pick<ImageReference, "registry" | "repository">;
  /** of the manifest or index: `sha256:<hex>` */
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The payload of a simple signing layer (kwctl-and-oci.md 15.1): what hosts of every version understand. */
export function simpleSigningPayload({ reference, digest, annotations }: SignedImage): Buffer {
  const payload = {
    critical: {
      identity: { "docker-reference": `${reference.registry}/${reference.repository}` },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: Object.keys(annotations).length === 0 ? null : annotations,
  };
  return Buffer.from(JSON.stringify(payload));
}

/** The media type of a {@link signatureStatement} in its envelope. */
export const statementType = "application/vnd.in-toto+json";

/** What cosign calls the predicate of a signature. */
export const signaturePredicate = "https://sigstore.dev/cosign/sign/v1";

/** The statement that a bundle holds in its envelope (kwctl-and-oci.md 16.4). */
export function signatureStatement({ digest, annotations }: SignedImage): Buffer {
  const [algorithm = "", hex = ""] = digest.split(":");
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { [algorithm]: hex }, ...(Object.keys(annotations).length > 0 && { annotations }) }],
    predicateType: signaturePredicate,
    predicate: {},
  };
  return Buffer.from(JSON.stringify(statement));
}
