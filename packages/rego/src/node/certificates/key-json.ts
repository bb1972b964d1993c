import type { PrivateKey, PublicKey, SignatureAlgorithm } from "@kubewarden-ts/x509";
import type { PlainValue } from "../go/plain-value.ts";

/** Go's numbers of the algorithms of keys; 0 for all others. */
export function publicKeyAlgorithmNumber(objectIdentifier: string): number {
  return (
    {
      "1.2.840.113549.1.1.1": 1,
      "1.2.840.10040.4.1": 2,
      "1.2.840.10045.2.1": 3,
      "1.3.101.112": 4,
    }[objectIdentifier] ?? 0
  );
}

const signatureNumbers: Readonly<Record<string, number>> = {
  "rsa md5": 2,
  "rsa sha1": 3,
  "rsa sha256": 4,
  "rsa sha384": 5,
  "rsa sha512": 6,
  "dsa sha1": 7,
  "dsa sha256": 8,
  "ecdsa sha1": 9,
  "ecdsa sha256": 10,
  "ecdsa sha384": 11,
  "ecdsa sha512": 12,
  "rsa-pss sha256": 13,
  "rsa-pss sha384": 14,
  "rsa-pss sha512": 15,
};

/** Go's numbers of the algorithms of signatures; 0 for those that are not known. */
export function signatureAlgorithmNumber(algorithm: SignatureAlgorithm | undefined): number {
  if (algorithm === undefined) return 0;
  if (algorithm.kind === "ed25519") return 16;
  return signatureNumbers[`${algorithm.kind} ${algorithm.hash}`] ?? 0;
}

/** A public key as the type that Go has for it. */
export function publicKeyJson(key: PublicKey): PlainValue {
  switch (key.kind) {
    case "rsa":
      return { N: key.modulus, E: key.exponent };
    case "ec":
      return { Curve: {}, X: key.x, Y: key.y };
    case "ed25519":
      return key.bytes;
    case "dsa":
      return { P: key.p, Q: key.q, G: key.g, Y: key.y };
    case "x25519":
      return {};
  }
}

/** A private key as the type that Go has for it. */
export function privateKeyJson(key: PrivateKey): PlainValue {
  switch (key.kind) {
    case "rsa":
      return {
        N: key.modulus,
        E: key.exponent,
        D: key.d,
        Primes: key.primes,
        Precomputed: {
          Dp: key.remainders.dp,
          Dq: key.remainders.dq,
          Qinv: key.remainders.qInverse,
          CRTValues: key.furtherRemainders.map(({ exponent, coefficient, product }) => ({
            Exp: exponent,
            Coeff: coefficient,
            R: product,
          })),
        },
      };
    case "ec":
      return { Curve: {}, X: key.x, Y: key.y, D: key.d };
    case "ed25519":
      return Buffer.concat([key.secret, key.publicBytes]);
    case "x25519":
      return {};
  }
}
