import { createHash } from "node:crypto";
import type { Bundle } from "@sigstore/bundle";
import { dsse } from "@sigstore/core";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { invalidSignature } from "../errors.ts";

const hashes: ReadonlyMap<HashAlgorithm, string> = new Map([
  [HashAlgorithm.SHA2_256, "sha256"],
  [HashAlgorithm.SHA2_384, "sha384"],
  [HashAlgorithm.SHA2_512, "sha512"],
]);

/** The bytes that the signature of a bundle is over. */
export function signedContent({ content }: Bundle, artifact: Buffer): Buffer {
  if (content.$case === "messageSignature") return artifact;
  const { payloadType, payload } = content.dsseEnvelope;
  return dsse.preAuthEncoding(payloadType, payload);
}

/**
 * Checks that the digest which a bundle gives for its artifact is the artifact's: the library compares it with the log
 * only.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function checkContent({ content }: Bundle, artifact: Buffer): void {
  if (content.$case !== "messageSignature") return;
  const { algorithm, digest } = content.messageSignature.messageDigest;
  const hash = hashes.get(algorithm);
  if (hash === undefined)
    throw invalidSignature("the digest of the artifact is of an algorithm that is not known");
  if (createHash(hash).update(artifact).digest().equals(digest)) return;
  throw invalidSignature("the digest of the artifact is another one than the signature's");
}
