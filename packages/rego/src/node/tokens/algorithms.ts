import { constants, createHmac, type KeyObject, sign, timingSafeEqual, verify } from "node:crypto";
import { coordinateBytesOf, isKeyFor, type PublicKey, type SignatureRules } from "@kubewarden-ts/x509";

export type TokenHash = "sha256" | "sha384" | "sha512";

/** How a token is signed (RFC 7518 section 3.1, RFC 8037). */
export type TokenAlgorithm = SecretAlgorithm | PublicKeyAlgorithm;
interface SecretAlgorithm {
  readonly kind: "hmac";
  readonly hash: TokenHash;
}
export type PublicKeyAlgorithm =
  | { readonly kind: "rsa" | "rsa-pss" | "ecdsa"; readonly hash: TokenHash }
  | { readonly kind: "ed25519" };

const families = { HS: "hmac", RS: "rsa", PS: "rsa-pss", ES: "ecdsa" } as const;

/** The algorithm of a name such as `RS256`; `undefined` for one that is not known, `none` included. */
export function algorithmOf(name: string): TokenAlgorithm | undefined {
  if (name === "EdDSA") return { kind: "ed25519" };
  const [, family, bits] = /^(HS|RS|PS|ES)(256|384|512)$/.exec(name) ?? [];
  if (family === undefined) return undefined;
  return { kind: families[family as keyof typeof families], hash: `sha${bits}` as TokenHash };
}

/** A key of a token: a secret, or a public key, never one in place of the other. */
export type TokenKey =
  | { readonly kind: "secret"; readonly bytes: Uint8Array }
  | {
      readonly kind: "public";
      readonly key: PublicKey;
      readonly object: KeyObject;
      readonly hasPrivate: boolean;
    }
  /** Of an algorithm that signs no tokens. */
  | { readonly kind: "other" };

const rules: SignatureRules = {
  minRsaBits: 1024,
  maxRsaBits: 16_384,
  curves: ["P-224", "P-256", "P-384", "P-521"],
};

export interface SignedData {
  /** Header and payload as they stand in the token, with the dot. */
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

export interface VerifyStrictness {
  /** Whether the salt of RSA-PSS must be as long as the hash, and an ECDSA signature have the size of its curve. */
  readonly exactSizes: boolean;
}

/** Checks a signature; a key of another kind than the algorithm's never fits. */
export function isSignatureRight(
  algorithm: TokenAlgorithm,
  key: TokenKey,
  { data, signature }: SignedData,
  strictness: VerifyStrictness,
): boolean {
  if (algorithm.kind === "hmac") {
    return key.kind === "secret" && isMacRight(algorithm.hash, key.bytes, { data, signature });
  }
  if (key.kind !== "public" || !isKeyFor(algorithm, key.key, rules)) return false;
  try {
    return isKeySignatureRight(algorithm, key, { data, signature }, strictness);
  } catch {
    return false; // a key or signature that OpenSSL cannot even read, or a key too small for the algorithm
  }
}

function isKeySignatureRight(
  algorithm: PublicKeyAlgorithm,
  key: TokenKey & { kind: "public" },
  { data, signature }: SignedData,
  strictness: VerifyStrictness,
): boolean {
  switch (algorithm.kind) {
    case "rsa":
      return verify(algorithm.hash, data, key.object, signature);
    case "rsa-pss":
      return verify(algorithm.hash, data, pss(key.object, strictness), signature);
    case "ecdsa":
      return isEcdsaRight(algorithm.hash, key, { data, signature }, strictness);
    case "ed25519":
      return verify(undefined, data, key.object, signature);
  }
}

function isMacRight(hash: TokenHash, secret: Uint8Array, { data, signature }: SignedData): boolean {
  const mac = createHmac(hash, secret).update(data).digest();
  return mac.length === signature.length && timingSafeEqual(mac, signature);
}

function pss(key: KeyObject, { exactSizes }: VerifyStrictness) {
  const saltLength = exactSizes ? constants.RSA_PSS_SALTLEN_DIGEST : constants.RSA_PSS_SALTLEN_AUTO;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

function isEcdsaRight(
  hash: TokenHash,
  { key, object }: TokenKey & { kind: "public" },
  { data, signature }: SignedData,
  { exactSizes }: VerifyStrictness,
): boolean {
  if (key.kind !== "ec") return false;
  const size = coordinateBytesOf(key.curve);
  if (exactSizes && signature.length !== 2 * size) return false;
  const middle = Math.floor(signature.length / 2);
  const numbers = [signature.subarray(0, middle), signature.subarray(middle)].map((part) =>
    sized(part, size),
  );
  const [r, s] = numbers;
  if (r === undefined || s === undefined) return false;
  return verify(hash, data, { key: object, dsaEncoding: "ieee-p1363" }, Buffer.concat([r, s]));
}

/** A number in so many bytes, if it fits. */
function sized(bytes: Uint8Array, size: number): Uint8Array | undefined {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? new Uint8Array() : bytes.subarray(start);
  return digits.length > size ? undefined : Buffer.concat([Buffer.alloc(size - digits.length), digits]);
}

/**
 * Signs with a private key of the algorithm's kind, or with a secret.
 * @returns `undefined` when the key is of another kind, or too small
 */
export function signWith(
  algorithm: TokenAlgorithm,
  key: TokenKey,
  { data, privateKey }: { data: Uint8Array; privateKey: KeyObject | undefined },
): Uint8Array | undefined {
  if (algorithm.kind === "hmac") {
    return key.kind === "secret" ? createHmac(algorithm.hash, key.bytes).update(data).digest() : undefined;
  }
  if (key.kind !== "public" || privateKey === undefined) return undefined;
  if (!isKeyFor(algorithm, key.key, rules)) return undefined;
  try {
    return signWithKey(algorithm, data, privateKey);
  } catch {
    return undefined;
  }
}

function signWithKey(algorithm: PublicKeyAlgorithm, data: Uint8Array, privateKey: KeyObject): Uint8Array {
  switch (algorithm.kind) {
    case "rsa":
      return sign(algorithm.hash, data, privateKey);
    case "rsa-pss":
      return sign(algorithm.hash, data, pss(privateKey, { exactSizes: true }));
    case "ecdsa":
      return sign(algorithm.hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
    case "ed25519":
      return sign(undefined, data, privateKey);
  }
}
