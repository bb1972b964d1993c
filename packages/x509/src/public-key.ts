import { createPublicKey, type KeyObject } from "node:crypto";
import { type DerReader, derReader, enter, invalidDer, isAtEnd, readElement, tags } from "./der/reader.ts";
import {
  type BitString,
  readBitString,
  readInteger,
  readObjectIdentifier,
  rightAligned,
  unsignedInteger,
} from "./der/values.ts";
import { invalidKey, X509Error } from "./errors.ts";

/** An algorithm and the parameters that come with it. */
export interface AlgorithmIdentifier {
  /** Object identifier. */
  readonly algorithm: string;
  /** In DER, with tag and length. */
  readonly parameters: Uint8Array | undefined;
}

/** A public key as certificates hold it (RFC 5280 4.1.2.7). */
export interface PublicKeyInfo {
  readonly raw: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  readonly key: BitString;
}

export type EcCurve = "P-224" | "P-256" | "P-384" | "P-521";

export type PublicKey =
  | { readonly kind: "rsa"; readonly modulus: bigint; readonly exponent: bigint }
  | { readonly kind: "ec"; readonly curve: EcCurve; readonly x: bigint; readonly y: bigint }
  | { readonly kind: "ed25519"; readonly bytes: Uint8Array }
  | { readonly kind: "x25519"; readonly bytes: Uint8Array }
  | {
      readonly kind: "dsa";
      readonly p: bigint;
      readonly q: bigint;
      readonly g: bigint;
      readonly y: bigint;
    };

interface Curve {
  readonly curve: EcCurve;
  readonly coordinateBytes: number;
}

const curves: Readonly<Record<string, Curve>> = {
  "1.3.132.0.33": { curve: "P-224", coordinateBytes: 28 },
  "1.2.840.10045.3.1.7": { curve: "P-256", coordinateBytes: 32 },
  "1.3.132.0.34": { curve: "P-384", coordinateBytes: 48 },
  "1.3.132.0.35": { curve: "P-521", coordinateBytes: 66 },
};

/** The curve of an object identifier. */
export function curveOf(objectIdentifier: string): EcCurve | undefined {
  return curves[objectIdentifier]?.curve;
}

/** @throws {X509Error} `X509_DER_INVALID` */
export function readAlgorithmIdentifier(reader: DerReader, what: string): AlgorithmIdentifier {
  const algorithm = readObjectIdentifier(reader, what);
  return { algorithm, parameters: isAtEnd(reader) ? undefined : readElement(reader, what).raw };
}

/** Reads the frame of a public key; {@link readPublicKey} reads the key. @throws {X509Error} `X509_DER_INVALID` */
export function readPublicKeyInfo(reader: DerReader): PublicKeyInfo {
  const { raw, content, tag } = readElement(reader, "public key");
  if (tag !== tags.sequence) throw invalidDer("public key");
  const inner = derReader(content);
  const algorithm = readAlgorithmIdentifier(enter(inner, tags.sequence, "public key"), "public key");
  return { raw, algorithm, key: readBitString(inner, "public key") };
}

/**
 * Reads a public key in DER (SubjectPublicKeyInfo), with nothing behind it.
 * @throws {X509Error} `X509_DER_INVALID`, `X509_KEY_INVALID`
 */
export function parsePublicKeyInfo(der: Uint8Array): PublicKeyInfo {
  const reader = derReader(der);
  const info = readPublicKeyInfo(reader);
  if (!isAtEnd(reader)) throw invalidKey("there is more behind the public key");
  return info;
}

/**
 * The numbers of a public key.
 * @returns `undefined` for an algorithm that is not known
 * @throws {X509Error} `X509_KEY_INVALID`, `X509_DER_INVALID` for a key that is not one of its algorithm
 */
export function readPublicKey({ algorithm: { algorithm, parameters }, key }: PublicKeyInfo) {
  return publicKeyReaders[algorithm]?.({ parameters, bytes: rightAligned(key) });
}

interface KeyParts {
  readonly parameters: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

const publicKeyReaders: Readonly<Record<string, (parts: KeyParts) => PublicKey>> = {
  "1.2.840.113549.1.1.1": readRsaKey,
  "1.2.840.10045.2.1": readEcKey,
  "1.3.101.112": (parts) => ({ kind: "ed25519", bytes: readRawKey(parts) }),
  "1.3.101.110": (parts) => ({ kind: "x25519", bytes: readRawKey(parts) }),
  "1.2.840.10040.4.1": readDsaKey,
};

function readRsaKey({ parameters, bytes }: KeyParts): PublicKey {
  if (parameters?.toHex() !== "0500") throw invalidKey("an RSA key has parameters other than NULL");
  const reader = enter(derReader(bytes), tags.sequence, "RSA key");
  const modulus = readInteger(reader, "RSA key");
  const exponent = readInteger(reader, "RSA key");
  if (modulus <= 0n || exponent <= 0n || exponent >= 2n ** 63n) {
    throw invalidKey("modulus or exponent of an RSA key is out of range");
  }
  return { kind: "rsa", modulus, exponent };
}

function readEcKey({ parameters, bytes }: KeyParts): PublicKey {
  const curve = curves[readObjectIdentifier(derReader(parameters ?? new Uint8Array()), "curve")];
  if (curve === undefined) throw invalidKey("an elliptic curve that is not known");
  const { coordinateBytes: size } = curve;
  if (bytes.length !== 1 + 2 * size || bytes[0] !== 4)
    throw invalidKey("the point of an EC key is malformed");
  const x = unsignedInteger(bytes.subarray(1, 1 + size));
  const key: PublicKey = { kind: "ec", curve: curve.curve, x, y: unsignedInteger(bytes.subarray(1 + size)) };
  keyObjectOf(key); // tells whether the point is on the curve
  return key;
}

function readRawKey({ parameters, bytes }: KeyParts): Uint8Array {
  if (parameters !== undefined || bytes.length !== 32) {
    throw invalidKey("a key of an Edwards or Montgomery curve is malformed");
  }
  return bytes;
}

function readDsaKey({ parameters, bytes }: KeyParts): PublicKey {
  const y = readInteger(derReader(bytes), "DSA key");
  const reader = enter(derReader(parameters ?? new Uint8Array()), tags.sequence, "DSA key");
  const [p, q, g] = [
    readInteger(reader, "DSA key"),
    readInteger(reader, "DSA key"),
    readInteger(reader, "DSA key"),
  ];
  if ([p, q, g, y].some((number) => number! <= 0n)) throw invalidKey("a number of a DSA key is not positive");
  return { kind: "dsa", p: p!, q: q!, g: g!, y };
}

/**
 * The key for use with `node:crypto`. It is made of the numbers that were read and of nothing else: OpenSSL sees no byte of
 * the certificate itself.
 * @throws {X509Error} `X509_KEY_INVALID` for numbers that make no key, and for DSA, which is not used
 */
export function keyObjectOf(key: PublicKey): KeyObject {
  try {
    return createPublicKey(keyInput(key));
  } catch (cause) {
    throw new X509Error("a public key that cannot be used", { code: "X509_KEY_INVALID", cause });
  }
}

/** What stands before the bytes of a key in DER. */
const prefixes = {
  "P-224": "304e301006072a8648ce3d020106052b81040021033a0004",
  "P-256": "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
  "P-384": "3076301006072a8648ce3d020106052b8104002203620004",
  "P-521": "30819b301006072a8648ce3d020106052b810400230381860004",
  ed25519: "302a300506032b6570032100",
  x25519: "302a300506032b656e032100",
};

function keyInput(key: PublicKey): Parameters<typeof createPublicKey>[0] {
  const der = (hex: string) => ({ key: Buffer.from(hex, "hex"), format: "der", type: "spki" }) as const;
  switch (key.kind) {
    case "ec": {
      const digits = 2 * coordinateBytesOf(key.curve);
      const coordinates = [key.x, key.y].map((number) => number.toString(16).padStart(digits, "0"));
      return der(prefixes[key.curve] + coordinates.join(""));
    }
    case "ed25519":
    case "x25519":
      return der(prefixes[key.kind] + key.bytes.toHex());
    case "rsa":
      return { key: { kty: "RSA", n: base64url(key.modulus), e: base64url(key.exponent) }, format: "jwk" };
    case "dsa":
      throw invalidKey("DSA is not used");
  }
}

/** Bytes of one coordinate of a point. */
export function coordinateBytesOf(curve: EcCurve): number {
  return Object.values(curves).find((known) => known.curve === curve)!.coordinateBytes;
}

function base64url(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
}
