import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from "node:crypto";
import {
  completeRsaKey,
  coordinateBytesOf,
  type EcCurve,
  keyObjectOf,
  type PublicKey,
  X509Error,
} from "@kubewarden-ts/x509";
import { memberOf } from "../../core/operands.ts";
import type { RegoObject } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import type { TokenKey } from "./algorithms.ts";
import { bytesMember, keyName, malformed, requiredBytes, textMember } from "./jwk-members.ts";

/** What a JSON Web Key is made of, checked as far as that happens before it is used. */
export interface JwkMaterial {
  /** @throws {BuiltinError} for numbers that make no key */
  readonly toKey: () => TokenKey;
  /** @throws {BuiltinError} when there is none */
  readonly toPrivateKey: () => KeyObject;
}

/** Reads the numbers of a key of a type (RFC 7518 section 6). @throws {BuiltinError} */
export function readMaterial(value: RegoObject, type: string): JwkMaterial {
  const isPrivate = memberOf(value, keyName(value, "d")) !== undefined;
  switch (type) {
    case "RSA":
      return readRsa(value, isPrivate);
    case "EC":
      return readEc(value, isPrivate);
    case "OKP":
      return readOkp(value, isPrivate);
    case "oct":
      return readSecret(value);
    default:
      throw malformed(`invalid key type from JSON (${type})`);
  }
}

function readSecret(value: RegoObject): JwkMaterial {
  const bytes = requiredBytes(value, "k");
  return { toKey: () => ({ kind: "secret", bytes }), toPrivateKey: noPrivateKey };
}

function noPrivateKey(): never {
  throw new BuiltinError("the key is not a private key");
}

function numberOfBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`);
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

/** Bytes of an RSA modulus; OpenSSL takes no more than 16384 bits. */
const maxModulusBytes = 2048;

function readRsa(value: RegoObject, isPrivate: boolean): JwkMaterial {
  const [n, e] = [requiredBytes(value, "n"), requiredBytes(value, "e")];
  const optional = (name: string) => bytesMember(value, name);
  const [p, q, dp, dq, qi] = ["p", "q", "dp", "dq", "qi"].map((name) =>
    isPrivate ? optional(name) : undefined,
  );
  const d = isPrivate ? requiredBytes(value, "d") : undefined;
  const [modulus, exponent] = [numberOfBytes(n), numberOfBytes(e)];
  if (modulus === 0n || (exponent & 1n) === 0n || exponent >= 2n ** 63n) {
    throw malformed("modulus or exponent is out of range");
  }
  const toKey = (): TokenKey => {
    if (isPrivate && (p === undefined || q === undefined)) throw malformed("a prime is missing");
    if (n.length > maxModulusBytes) return { kind: "other" };
    return publicKey({ kind: "rsa", modulus, exponent }, isPrivate);
  };
  const toPrivateKey = (): KeyObject => {
    if (d === undefined || p === undefined || q === undefined) return noPrivateKey();
    const given = [dp, dq, qi].map((bytes) => bytes && numberOfBytes(bytes));
    return rsaPrivateKey(
      { modulus, exponent, d: numberOfBytes(d), primes: [p, q].map(numberOfBytes) },
      given,
    );
  };
  return { toKey, toPrivateKey };
}

function rsaPrivateKey(
  numbers: Parameters<typeof completeRsaKey>[0],
  [dp, dq, qInverse]: readonly (bigint | undefined)[],
): KeyObject {
  try {
    const { modulus, exponent, d, primes, remainders } = completeRsaKey(numbers, { dp, dq, qInverse });
    const { dp: dpFull, dq: dqFull, qInverse: qi } = remainders;
    const all = { n: modulus, e: exponent, d, p: primes[0]!, q: primes[1]!, dp: dpFull, dq: dqFull, qi };
    const texts = Object.entries(all).map(
      ([name, number]) => [name, base64url(bytesOfNumber(number))] as const,
    );
    return privateKey({ kty: "RSA", ...Object.fromEntries(texts) });
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    throw malformed(error.message);
  }
}

function bytesOfNumber(number: bigint): Uint8Array {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

const curves: readonly string[] = ["P-256", "P-384", "P-521"] satisfies EcCurve[];

function isCurve(name: string): name is EcCurve {
  return curves.includes(name);
}

function readEc(value: RegoObject, isPrivate: boolean): JwkMaterial {
  const crv = textMember(value, "crv") ?? "";
  if (!isCurve(crv)) throw malformed("the curve is not known");
  const coordinate = (name: string): Uint8Array => {
    const bytes = requiredBytes(value, name);
    if (bytes.length !== coordinateBytesOf(crv)) {
      throw malformed(`invalid ${name} length (${bytes.length}) for curve ${crv}`);
    }
    return bytes;
  };
  const [x, y] = [coordinate("x"), coordinate("y")];
  const d = isPrivate ? coordinate("d") : undefined;
  // At once: the point must be on the curve.
  const key = publicKey({ kind: "ec", curve: crv, x: numberOfBytes(x), y: numberOfBytes(y) }, isPrivate);
  const jwk = { kty: "EC", crv, x: base64url(x), y: base64url(y) };
  return {
    toKey: () => key,
    toPrivateKey: () => (d === undefined ? noPrivateKey() : privateKey({ ...jwk, d: base64url(d) })),
  };
}

/** Curves that a key may name, and the bytes of their keys where those are checked. */
const edwardsBytes: Readonly<Record<string, number | undefined>> = {
  Ed25519: 32,
  X25519: 32,
  Ed448: undefined,
  X448: undefined,
  "P-256": undefined,
  "P-384": undefined,
  "P-521": undefined,
};

function readOkp(value: RegoObject, isPrivate: boolean): JwkMaterial {
  const crv = textMember(value, "crv") ?? "";
  if (!Object.hasOwn(edwardsBytes, crv)) throw malformed("the curve is not known");
  const part = (name: string): Uint8Array => {
    const bytes = requiredBytes(value, name);
    if (bytes.length !== (edwardsBytes[crv] ?? bytes.length)) throw malformed(`wrong size of ${name}`);
    return bytes;
  };
  const x = part("x");
  const d = isPrivate ? part("d") : undefined;
  const toKey = (): TokenKey => {
    if (edwardsBytes[crv] === undefined) throw malformed(`invalid curve algorithm ${crv}`);
    if (crv === "X25519") return { kind: "other" };
    if (d !== undefined) edwardsPrivateKey(x, d);
    return publicKey({ kind: "ed25519", bytes: x }, isPrivate);
  };
  return {
    toKey,
    toPrivateKey: () => (d === undefined || crv !== "Ed25519" ? noPrivateKey() : edwardsPrivateKey(x, d)),
  };
}

/** The two halves must belong together. */
function edwardsPrivateKey(x: Uint8Array, d: Uint8Array): KeyObject {
  const key = privateKey({ kty: "OKP", crv: "Ed25519", x: base64url(x), d: base64url(d) });
  if (createPublicKey(key).export({ format: "jwk" }).x !== base64url(x)) {
    throw malformed("invalid x value given d value");
  }
  return key;
}

function publicKey(key: PublicKey, hasPrivate: boolean): TokenKey {
  try {
    return { kind: "public", key, object: keyObjectOf(key), hasPrivate };
  } catch (cause) {
    throw new BuiltinError("failed to parse a JWK key (set): the numbers make no key", { cause });
  }
}

function privateKey(jwk: JsonWebKeyInput["key"]): KeyObject {
  try {
    return createPrivateKey({ key: jwk, format: "jwk" });
  } catch (cause) {
    throw new BuiltinError("failed to parse a JWK key (set): the numbers make no private key", { cause });
  }
}
