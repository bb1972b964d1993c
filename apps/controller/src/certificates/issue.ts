import "reflect-metadata"; // before @peculiar/x509, which asks for it
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  type webcrypto,
} from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { CertificateError } from "./errors.ts";
import type { PemPair } from "./pem-pair.ts";

export type { PemPair } from "./pem-pair.ts";

const dayMs = 86_400_000;
const authorityDays = 3650;
const leafDays = 365;

/** Common name of the authority that upstream's chart and controller make (controller.md 5). */
export const authorityName = "kubewarden-controller-ca";

/**
 * Makes a certificate authority that signed itself: ECDSA P-256, ten years (controller.md 5).
 * @param at - the beginning of its validity
 */
export async function createAuthority(at: Date): Promise<PemPair> {
  const keys = generateKeys();
  const subject = commonName(authorityName);
  const publicKey = publicCryptoKey(keys.publicKey);
  const certificate = await X509CertificateGenerator.create({
    ...{ subject, issuer: subject, publicKey },
    ...signer(keys.privateKey),
    ...validity(at, authorityDays),
    serialNumber: serialNumber(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      ...usages(KeyUsageFlags.keyCertSign),
      // authorities that follow one another have one name: this tells a verifier which of them signed
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

/**
 * Makes a certificate for a server, valid for a year, with one name as common name and alternative name
 * (controller.md 3.2).
 * @throws {CertificateError} `CERTIFICATE_AUTHORITY_INVALID`
 */
export function issueServerCertificate(authority: PemPair, dnsName: string, at: Date): Promise<PemPair> {
  const names = new SubjectAlternativeNameExtension([{ type: "dns", value: dnsName }]);
  return issue(authority, { name: dnsName, extensions: [names], at });
}

/**
 * Makes a certificate for a client, valid for a year, without alternative names (controller.md 5).
 * @throws {CertificateError} `CERTIFICATE_AUTHORITY_INVALID`
 */
export function issueClientCertificate(authority: PemPair, name: string, at: Date): Promise<PemPair> {
  return issue(authority, { name, extensions: [], at });
}

async function issue(
  authority: PemPair,
  subject: { name: string; extensions: readonly Extension[]; at: Date },
): Promise<PemPair> {
  const { certificate: issuer, key } = readAuthority(authority);
  const keys = generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: commonName(subject.name),
    // as it is encoded there: Go compares the bytes
    issuer: issuer.subjectName,
    publicKey: publicCryptoKey(keys.publicKey),
    ...signer(key),
    ...validity(subject.at, leafDays),
    serialNumber: serialNumber(),
    extensions: [...usages(0), ...authorityKeyIdentifier(issuer), ...subject.extensions],
  });
  return pemPair(certificate, keys.privateKey);
}

function readAuthority({ certificate, key }: PemPair): { certificate: X509Certificate; key: KeyObject } {
  try {
    const privateKey = createPrivateKey(key);
    if (privateKey.asymmetricKeyType !== "ec") throw new Error("expected a key of an elliptic curve");
    return { certificate: new X509Certificate(certificate), key: privateKey };
  } catch (cause) {
    const message = "the certificate authority cannot sign";
    throw new CertificateError(message, { code: "CERTIFICATE_AUTHORITY_INVALID", cause });
  }
}

function usages(further: number): Extension[] {
  return [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | further, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
  ];
}

function authorityKeyIdentifier(issuer: X509Certificate): Extension[] {
  const keyId = issuer.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  return keyId === undefined ? [] : [new AuthorityKeyIdentifierExtension(keyId)];
}

/** Without the limit of 64 characters that X.520 sets: only the alternative name counts. */
function commonName(name: string): Name {
  return new Name([{ CN: [name] }]);
}

/** Whole seconds: certificates have no fractions. */
function validity(at: Date, days: number): { notBefore: Date; notAfter: Date } {
  const startMs = Math.floor(at.getTime() / 1000) * 1000;
  return { notBefore: new Date(startMs), notAfter: new Date(startMs + days * dayMs) };
}

/** Positive, of 127 bits, as hexadecimal digits. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function generateKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function publicCryptoKey(key: KeyObject): webcrypto.CryptoKey {
  return key.toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
}

const curves: Readonly<Record<string, { namedCurve: string; hash: string }>> = {
  prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
  secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
  secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

/** An authority that somebody else made may have another curve than ours. */
function signer(key: KeyObject): {
  signingKey: webcrypto.CryptoKey;
  signingAlgorithm: webcrypto.EcdsaParams;
} {
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (curve === undefined) {
    const message = "the certificate authority cannot sign: expected a key of P-256, P-384 or P-521";
    throw new CertificateError(message, { code: "CERTIFICATE_AUTHORITY_INVALID" });
  }
  const { namedCurve, hash } = curve;
  return {
    signingKey: key.toCryptoKey({ name: "ECDSA", namedCurve }, false, ["sign"]),
    signingAlgorithm: { name: "ECDSA", hash },
  };
}

function pemPair(certificate: X509Certificate, key: KeyObject): PemPair {
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: String(key.export({ type: "sec1", format: "pem" })),
  };
}
