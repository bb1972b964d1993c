import { createHash } from "node:crypto";
import { OciError, registryError } from "./errors.ts";

const hexLengths = { sha256: 64, sha384: 96, sha512: 128 } as const;

export type DigestAlgorithm = keyof typeof hexLengths;

/** A checked digest: `text` is `<algorithm>:<lower-case hex>`. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  readonly text: string;
}

/**
 * Reads a digest (kwctl-and-oci 3.1).
 * @throws {OciError} `OCI_REFERENCE_INVALID` with upstream's texts
 */
export function parseDigest(text: string): Digest {
  const [, algorithm = "", hex = ""] =
    /^([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):([0-9a-fA-F]{32,})$/.exec(text) ?? [];
  if (algorithm === "") throw invalid("invalid reference format");
  if (!isAlgorithm(algorithm)) throw invalid("unsupported digest algorithm");
  if (hex.length !== hexLengths[algorithm]) throw invalid("invalid checksum digest length");
  return { algorithm, text: `${algorithm}:${hex.toLowerCase()}` };
}

/** The digest of bytes as text. */
export function digestOf(algorithm: DigestAlgorithm, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/**
 * Checks that bytes have a digest.
 * @throws {OciError} `OCI_DIGEST_MISMATCH`
 */
export function checkDigest(bytes: Uint8Array, expected: Digest): void {
  checkEqual(expected.text, digestOf(expected.algorithm, bytes));
}

/** @throws {OciError} `OCI_DIGEST_MISMATCH` */
export function checkEqual(expected: string, actual: string): void {
  if (actual !== expected) throw digestError(`Invalid digest. Expected ${expected}, got ${actual}`);
}

/**
 * Reads a digest that a registry gave.
 * @throws {OciError} `OCI_DIGEST_MISMATCH`
 */
export function parseGivenDigest(text: string): Digest {
  try {
    return parseDigest(text);
  } catch (cause) {
    throw digestError(`Invalid digest ${JSON.stringify(text.slice(0, 200))}`, cause);
  }
}

function digestError(text: string, cause?: unknown): OciError {
  return registryError(`Digest error: ${text}`, { code: "OCI_DIGEST_MISMATCH", cause });
}

function isAlgorithm(text: string): text is DigestAlgorithm {
  return Object.hasOwn(hexLengths, text);
}

function invalid(message: string): OciError {
  return new OciError(message, { code: "OCI_REFERENCE_INVALID" });
}
