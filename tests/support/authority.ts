import "reflect-metadata"; // before @peculiar/x509, which asks for it
import type { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const KEY = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const HOUR_MS = 3_600_000;

/** A certificate and its private key, as PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** Whom a certificate is for. */
export interface Subject {
  /** of a client of Kubernetes: the user */
  commonName: string;
  /** of a client of Kubernetes: its groups */
  organizations?: readonly string[];
  dnsNames?: readonly string[];
  addresses?: readonly string[];
}

/** A certificate authority of one test; what it issues is valid for a day. */
export interface Authority extends KeyPair {
  /** Makes a certificate that servers and clients can use. */
  issue(subject: Subject): Promise<KeyPair>;
}

/** Makes a certificate authority. */
export async function createAuthority(commonName = "tests"): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    ...validity(),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const pair = await keyPair(certificate, keys);
  return { ...pair, issue: (subject) => issue(subject, certificate, keys.privateKey) };
}

/** The authority that another thread made, from its certificate and key as PEM. */
export async function authorityFrom(cert: string, key: string): Promise<Authority> {
  const certificate = new X509Certificate(cert);
  const der = PemConverter.decodeFirst(key);
  const signingKey = await crypto.subtle.importKey("pkcs8", der, KEY, false, ["sign"]);
  return { cert, key, issue: (subject) => issue(subject, certificate, signingKey) };
}

async function issue(subject: Subject, authority: X509Certificate, signingKey: CryptoKey): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: nameOf(subject),
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey,
    ...validity(),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([
        ...(subject.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
        ...(subject.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
      ]),
    ],
  });
  return keyPair(certificate, keys);
}

function nameOf({ commonName, organizations = [] }: Subject): JsonName {
  return [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }];
}

/** An hour ago, for machines whose clocks differ, to tomorrow. */
function validity(): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs - HOUR_MS), notAfter: new Date(nowMs + 24 * HOUR_MS) };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
}

async function keyPair(
  certificate: X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<KeyPair> {
  const key = await crypto.subtle.exportKey("pkcs8", privateKey);
  return { cert: `${certificate.toString("pem")}\n`, key: `${PemConverter.encode(key, "PRIVATE KEY")}\n` };
}
