import { constants, type KeyObject, verify } from "node:crypto";
import { type EcCurve, keyObjectOf, type PublicKey } from "./public-key.ts";
import type { SignatureAlgorithm } from "./signature-algorithm.ts";

/** Which keys count. */
export interface SignatureRules {
  readonly minRsaBits: number;
  /** Larger keys are no safer in practice, and slow to check; OpenSSL ends at 16384. */
  readonly maxRsaBits: number;
  readonly curves: readonly EcCurve[];
}

const maxRsaExponent = 2n ** 31n - 1n;

/** Checks a signature; the caller made sure that the key {@link isKeyFor} the algorithm. */
export function isSignatureValid(
  { tbs, signature, algorithm }: { tbs: Uint8Array; signature: Uint8Array; algorithm: SignatureAlgorithm },
  key: PublicKey,
): boolean {
  const hash = algorithm.kind === "ed25519" ? undefined : algorithm.hash;
  try {
    return verify(hash, tbs, verifyOptions(algorithm, keyObjectOf(key)), signature);
  } catch {
    return false; // a key or signature that OpenSSL cannot even read
  }
}

/** Whether a key is one that an algorithm may be used with. MD5, SHA-1 and DSA are out, whatever the key. */
export function isKeyFor(algorithm: SignatureAlgorithm, key: PublicKey, rules: SignatureRules): boolean {
  if (algorithm.kind === "ed25519") return key.kind === "ed25519";
  if (algorithm.hash === "md5" || algorithm.hash === "sha1") return false;
  switch (algorithm.kind) {
    case "rsa":
    case "rsa-pss":
      return key.kind === "rsa" && isRsaKeyUsable(key, rules);
    case "ecdsa":
      return key.kind === "ec" && rules.curves.includes(key.curve);
    case "dsa":
      return false;
  }
}

function isRsaKeyUsable(
  { modulus, exponent }: { modulus: bigint; exponent: bigint },
  { minRsaBits, maxRsaBits }: SignatureRules,
): boolean {
  const isSizeKnown = modulus >> BigInt(minRsaBits - 1) > 0n && modulus >> BigInt(maxRsaBits) === 0n;
  const isOdd = (modulus & exponent & 1n) === 1n;
  return isSizeKnown && isOdd && exponent > 1n && exponent <= maxRsaExponent;
}

function verifyOptions(algorithm: SignatureAlgorithm, key: KeyObject) {
  if (algorithm.kind !== "rsa-pss") return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
