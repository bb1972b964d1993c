import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";
import {
  constructedTag,
  type DerReader,
  derReader,
  enter,
  enterOptional,
  isAtEnd,
  isNext,
  readContent,
  tags,
} from "./der/reader.ts";
import { readInteger, readNumber, readObjectIdentifier, unsignedInteger } from "./der/values.ts";
import { invalidKey, X509Error } from "./errors.ts";
import {
  type AlgorithmIdentifier,
  coordinateBytesOf,
  curveOf,
  type EcCurve,
  readAlgorithmIdentifier,
} from "./public-key.ts";
import { completeRsaKey, type RsaPrivateKey } from "./rsa-private-key.ts";

export type PrivateKey =
  | RsaPrivateKey
  | {
      readonly kind: "ec";
      readonly curve: EcCurve;
      readonly x: bigint;
      readonly y: bigint;
      readonly d: bigint;
    }
  | { readonly kind: "ed25519" | "x25519"; readonly secret: Uint8Array; readonly publicBytes: Uint8Array };

// All readers of this file throw `X509_DER_INVALID`, `X509_KEY_INVALID`, `X509_LIMIT`.

/** Reads the DER of a block `RSA PRIVATE KEY` (RFC 8017 A.1.2), with nothing behind it. */
export function parsePkcs1PrivateKey(der: Uint8Array): PrivateKey {
  const outer = derReader(der);
  const reader = enter(outer, tags.sequence, "RSA key");
  if (!isAtEnd(outer)) throw invalidKey("there is more behind the RSA key");
  if (readNumber(reader, "RSA key") > 1) throw invalidKey("an RSA key of a version that is not known");
  const next = () => readInteger(reader, "RSA key");
  const [modulus, exponent, d, p, q] = [next(), next(), next(), next(), next()];
  const optional = () => (isNext(reader, tags.integer) ? next() : undefined);
  const [dp, dq, qInverse] = [optional(), optional(), optional()];
  const primes = [p!, q!, ...readFurtherPrimes(reader)];
  return completeRsaKey({ modulus: modulus!, exponent: exponent!, d: d!, primes }, { dp, dq, qInverse });
}

function readFurtherPrimes(reader: DerReader): bigint[] {
  const list = enterOptional(reader, tags.sequence, "RSA key");
  const primes: bigint[] = [];
  while (list !== undefined && !isAtEnd(list)) {
    const parts = enter(list, tags.sequence, "RSA key");
    primes.push(readInteger(parts, "RSA key"));
    for (let part = 0; part < 2; part++) readInteger(parts, "RSA key");
    if (primes.length > maxFurtherPrimes) throw invalidKey("an RSA key of too many primes");
  }
  return primes;
}

/** OpenSSL allows five primes in all. */
const maxFurtherPrimes = 3;

/** Reads the DER of a block `EC PRIVATE KEY` (RFC 5915). */
export function parseSec1PrivateKey(der: Uint8Array): PrivateKey {
  return readEcKey(der, undefined);
}

/** Reads the DER of a block `PRIVATE KEY` (RFC 5958). */
export function parsePkcs8PrivateKey(der: Uint8Array): PrivateKey {
  const reader = enter(derReader(der), tags.sequence, "private key");
  readNumber(reader, "private key");
  const identifier = readAlgorithmIdentifier(enter(reader, tags.sequence, "private key"), "private key");
  const content = readContent(reader, tags.octetString, "private key");
  switch (identifier.algorithm) {
    case "1.2.840.113549.1.1.1":
      return parsePkcs1PrivateKey(content);
    case "1.2.840.10045.2.1":
      return readEcKey(content, namedCurve(identifier));
    case "1.3.101.112":
      return readRawKey("ed25519", content, identifier);
    case "1.3.101.110":
      return readRawKey("x25519", content, identifier);
    default:
      throw invalidKey("a private key of an algorithm that is not known");
  }
}

function namedCurve({ parameters }: AlgorithmIdentifier): string | undefined {
  return parameters?.[0] === tags.objectIdentifier
    ? readObjectIdentifier(derReader(parameters), "curve")
    : undefined;
}

/** @param outerCurve - counts more than the one inside */
function readEcKey(der: Uint8Array, outerCurve: string | undefined): PrivateKey {
  const reader = enter(derReader(der), tags.sequence, "EC key");
  if (readNumber(reader, "EC key") !== 1) throw invalidKey("an EC key of a version that is not known");
  const content = readContent(reader, tags.octetString, "EC key");
  const inner = enterOptional(reader, constructedTag(0), "EC key");
  const id = outerCurve ?? (inner && readObjectIdentifier(inner, "EC key"));
  const curve = id === undefined ? undefined : curveOf(id);
  if (curve === undefined) throw invalidKey("an elliptic curve that is not known");
  return { kind: "ec", curve, ...ecNumbers(curve, unsignedInteger(content)) };
}

const openSslCurves: Readonly<Record<EcCurve, string>> = {
  "P-224": "secp224r1",
  "P-256": "prime256v1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
};

function ecNumbers(curve: EcCurve, d: bigint): { x: bigint; y: bigint; d: bigint } {
  const coordinateBytes = coordinateBytesOf(curve);
  const secret = d.toString(16);
  if (d === 0n || secret.length > 2 * coordinateBytes) throw invalidKey("an EC key is out of range");
  const agreement = createECDH(openSslCurves[curve]);
  try {
    agreement.setPrivateKey(secret.padStart(2 * coordinateBytes, "0"), "hex");
  } catch (cause) {
    throw new X509Error("an EC key is out of range", { code: "X509_KEY_INVALID", cause });
  }
  const point = agreement.getPublicKey();
  const x = unsignedInteger(point.subarray(1, 1 + coordinateBytes));
  return { x, y: unsignedInteger(point.subarray(1 + coordinateBytes)), d };
}

/** What stands before the 32 bytes of such a key in its shortest form. */
const rawKeyPrefix = {
  ed25519: "302e020100300506032b657004220420",
  x25519: "302e020100300506032b656e04220420",
};

function readRawKey(
  kind: "ed25519" | "x25519",
  content: Uint8Array,
  { parameters }: AlgorithmIdentifier,
): PrivateKey {
  const secret = readContent(derReader(content), tags.octetString, "private key");
  if (parameters !== undefined || secret.length !== 32) {
    throw invalidKey("a key of an Edwards or Montgomery curve is malformed");
  }
  const key = Buffer.from(rawKeyPrefix[kind] + secret.toHex(), "hex");
  const publicKey = createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" }));
  const publicBytes = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return { kind, secret, publicBytes };
}
