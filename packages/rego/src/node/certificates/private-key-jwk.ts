import { coordinateBytesOf, type PrivateKey, type RsaPrivateKey } from "@kubewarden-ts/x509";
import { BuiltinError } from "../../errors.ts";
import type { PlainValue } from "../go/plain-value.ts";

/** A private key as a JSON Web Key (RFC 7518 section 6). @throws {BuiltinError} for one that has no such form */
export function privateKeyJwk(key: PrivateKey): PlainValue {
  switch (key.kind) {
    case "rsa":
      return rsaJwk(key);
    case "ec":
      return ecJwk(key);
    case "ed25519":
    case "x25519":
      return {
        kty: "OKP",
        crv: key.kind === "ed25519" ? "Ed25519" : "X25519",
        d: base64url(key.secret),
        x: base64url(key.publicBytes),
      };
  }
}

function rsaJwk({ modulus, exponent, d, primes, remainders }: RsaPrivateKey): PlainValue {
  const [p = 0n, q = 0n, ...further] = primes;
  if (further.length > 0) throw new BuiltinError("an RSA key of more than two primes");
  const { dp, dq, qInverse: qi } = remainders;
  const numbers = { n: modulus, e: exponent, d, p, q, dp, dq, qi };
  const texts = Object.entries(numbers).map(([name, number]) => [name, base64url(bytesOf(number))] as const);
  return { kty: "RSA", ...Object.fromEntries(texts) };
}

function ecJwk({ curve, x, y, d }: PrivateKey & { kind: "ec" }): PlainValue {
  if (curve === "P-224") throw new BuiltinError("a key on the curve P-224 is no JSON Web Key");
  const size = coordinateBytesOf(curve);
  const text = (number: bigint) => base64url(bytesOf(number, size));
  return { kty: "EC", crv: curve, x: text(x), y: text(y), d: text(d) };
}

/** The bytes of a number, the highest first: as few as it has, or so many. */
function bytesOf(number: bigint, size = 1): Uint8Array {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(Math.max(2 * size, hex.length + (hex.length % 2)), "0"), "hex");
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
