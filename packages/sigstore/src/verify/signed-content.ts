import { createHash, type KeyObject } from "node:crypto";
import type { Bundle } from "@sigstore/bundle";
import { dsse } from "@sigstore/core";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { invalidSignature } from "../errors.ts";
import { isDigestSignedBy, isSignedBy } from "../keys.ts";

const hashes: ReadonlyMap<HashAlgorithm, string> = new Map([
  [HashAlgorithm.SHA2_256, "sha256"],
  [HashAlgorithm.SHA2_384, "sha384"],
  [HashAlgorithm.SHA2_512, "sha512"],
]);

/** What was signed: its bytes, or all that is known of them. */
export type Artifact = Buffer<ArrayBuffer> | ArtifactDigest;

/** The SHA-256 of an artifact that is not there. */
export interface ArtifactDigest {
  readonly sha256: Buffer<ArrayBuffer>;
}

export function isDigest(artifact: Artifact): artifact is ArtifactDigest {
  return "sha256" in artifact;
}

/**
 * Whether the private key of `key` made a bundle's signature.
 * @throws {SigstoreError} `SIGSTORE_KEY_INVALID` for a kind of key that nothing is signed with, or that signs no digest
 */
export function isContentSignedBy(
  key: KeyObject,
  { content }: Bundle,
  { artifact, signature }: { artifact: Artifact; signature: Buffer },
): boolean {
  if (content.$case === "dsseEnvelope") {
    const { payloadType, payload } = content.dsseEnvelope;
    return isSignedBy(key, dsse.preAuthEncoding(payloadType, payload), signature);
  }
  return isDigest(artifact)
    ? isDigestSignedBy(key, artifact.sha256, signature)
    : isSignedBy(key, artifact, signature);
}

/**
 * Checks that the digest which a bundle gives for its artifact is the artifact's: the library compares it with the log
 * only.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function checkContent({ content }: Bundle, artifact: Artifact): void {
  if (content.$case !== "messageSignature") return;
  const { algorithm, digest } = content.messageSignature.messageDigest;
  const hash = hashes.get(algorithm);
  if (hash === undefined)
    throw invalidSignature("the digest of the artifact is of an algorithm that is not known");
  if (isDigest(artifact) && hash !== "sha256") {
    throw invalidSignature(
      `the signature is about the ${hash} of the artifact, which is given by its sha256`,
    );
  }
  const expected = isDigest(artifact) ? artifact.sha256 : createHash(hash).update(artifact).digest();
  if (expected.equals(digest)) return;
  throw invalidSignature("the digest of the artifact is another one than the signature's");
}
