import { constants, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bits,
  der,
  generalizedTime,
  integer,
  isTrue,
  octets,
  oid,
  sequence,
  set,
  smallInteger,
  utcTime,
  utf8,
} from "./der.ts";

/** A certificate and its key, as PEM. */
export interface TestCertificate {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
  /** The certificate in DER. */
  readonly der: Uint8Array;
}

/** Who signs: a certificate made by `issueCertificate` with `authority: true`. */
export interface TestAuthority extends TestCertificate {
  readonly keys: KeyPair;
}

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface CertificateOptions {
  /** Who signs; without, it signs itself. */
  readonly issuer?: TestAuthority;
  /** Whether it may sign others. */
  readonly authority?: boolean;
  /** Without `keys`: what kind of key is made. */
  readonly keyType?: keyof typeof keyMakers;
  readonly keys?: KeyPair;
  /** Of the signature, by the issuer's key. */
  readonly hash?: "md5" | "sha1" | "sha256" | "sha384" | "sha512";
  readonly pss?: boolean;
  /** Version 1 has no extensions. */
  readonly version?: 1 | 3;
  /** One day ago by default. */
  readonly notBefore?: Date;
  /** In one day by default. */
  readonly notAfter?: Date;
  readonly pathLength?: number;
  /** Extensions in DER: in place of basic constraints, and of alternative names for `localhost` and 127.0.0.1. */
  readonly extensions?: readonly Uint8Array[];
}

const dayMs = 86_400_000;

const keyMakers = {
  "P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  "P-224": () => generateKeyPairSync("ec", { namedCurve: "secp224r1" }),
  secp256k1: () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
  "rsa-1024": () => generateKeyPairSync("rsa", { modulusLength: 1024 }),
  "rsa-2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync("ed25519"),
};

/** Makes a certificate: ECDSA P-256, valid today, for `localhost` and 127.0.0.1, unless told otherwise. */
export function issueCertificate(name: string, options: CertificateOptions = {}): TestAuthority {
  const { issuer, authority = false, version = 3, pathLength } = options;
  const keys = options.keys ?? keyMakers[options.keyType ?? "P-256"]();
  const signer = issuer?.keys.privateKey ?? keys.privateKey;
  const algorithm = signatureAlgorithm(signer, options);
  const extensions = options.extensions ?? [
    basicConstraints({ authority, ...(pathLength !== undefined && { pathLength }) }),
    alternativeNames(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1]))),
  ];
  const toBeSigned = sequence(
    ...(version === 3 ? [der(0xa0, smallInteger(2))] : []),
    integer((1n << 64n) | randomBytes(8).readBigUInt64BE()),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    validity(options),
    distinguishedName(name),
    keys.publicKey.export({ type: "spki", format: "der" }),
    ...(version === 3 && extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const signature = signed(toBeSigned, signer, options);
  const whole = sequence(toBeSigned, algorithm, bits(signature));
  const key = String(keys.privateKey.export({ type: "pkcs8", format: "pem" }));
  return { name, cert: pem("CERTIFICATE", whole), key, der: whole, keys };
}

function validity({
  notBefore = new Date(Date.now() - dayMs),
  notAfter = new Date(Date.now() + dayMs),
}: CertificateOptions): Buffer {
  const write = (date: Date) => (date.getUTCFullYear() < 2050 ? utcTime(date) : generalizedTime(date));
  return sequence(write(notBefore), write(notAfter));
}

const rsaAlgorithms = { md5: 4, sha1: 5, sha256: 11, sha384: 12, sha512: 13 };
const ecdsaAlgorithms = { md5: "1", sha1: "1", sha256: "3.2", sha384: "3.3", sha512: "3.4" };
const pssHashes = { md5: 1, sha1: 1, sha256: 1, sha384: 2, sha512: 3 };

function signatureAlgorithm(signer: KeyObject, { hash = "sha256", pss = false }: CertificateOptions): Buffer {
  if (signer.asymmetricKeyType === "ed25519") return sequence(oid("1.3.101.112"));
  if (signer.asymmetricKeyType === "ec") return sequence(oid(`1.2.840.10045.4.${ecdsaAlgorithms[hash]}`));
  const nothing = der(0x05);
  if (!pss) return sequence(oid(`1.2.840.113549.1.1.${rsaAlgorithms[hash]}`), nothing);
  const digest = sequence(oid(`2.16.840.1.101.3.4.2.${pssHashes[hash]}`), nothing);
  const mask = sequence(oid("1.2.840.113549.1.1.8"), digest);
  const saltBytes = smallInteger(16 + 16 * pssHashes[hash]);
  return sequence(
    oid("1.2.840.113549.1.1.10"),
    sequence(der(0xa0, digest), der(0xa1, mask), der(0xa2, saltBytes)),
  );
}

function signed(bytes: Buffer, key: KeyObject, { hash = "sha256", pss = false }: CertificateOptions): Buffer {
  if (key.asymmetricKeyType === "ed25519") return sign(null, bytes, key);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(hash, bytes, pss ? { key, padding, saltLength } : key);
}

function distinguishedName(name: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), utf8(name))));
}

/** An extension in DER. */
export function extension(id: string, value: Uint8Array, { critical = false } = {}): Buffer {
  return sequence(oid(id), ...(critical ? [isTrue] : []), octets(value));
}

export function basicConstraints({
  authority,
  pathLength,
}: {
  authority: boolean;
  pathLength?: number;
}): Buffer {
  const length = pathLength === undefined ? [] : [smallInteger(pathLength)];
  return extension("2.5.29.19", sequence(...(authority ? [isTrue] : []), ...length), { critical: true });
}

/** @param usage - bits, the first one as 1 */
export function keyUsage(...usage: readonly number[]): Buffer {
  const first = usage.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return extension("2.5.29.15", bits(Buffer.from([first])), { critical: true });
}

/** @param names - in DER: `[2]` for a DNS name, `[1]` for an e-mail address, `[6]` for a URI, `[7]` for an IP address */
export function alternativeNames(...names: readonly Uint8Array[]): Buffer {
  return extension("2.5.29.17", sequence(...names));
}

/** @param names - as for {@link alternativeNames} */
export function nameConstraints({
  permitted = [],
  excluded = [],
}: {
  permitted?: readonly Uint8Array[];
  excluded?: readonly Uint8Array[];
}): Buffer {
  const subtrees = (tag: number, names: readonly Uint8Array[]) =>
    names.length === 0 ? [] : [der(tag, ...names.map((name) => sequence(name)))];
  const value = sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded));
  return extension("2.5.29.30", value, { critical: true });
}

export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
