import { createPrivateKey, sign, verify, X509Certificate } from "node:crypto";
import type { PemPair } from "./pem-pair.ts";

/** Whoever is to have signed; for an authority itself, its own pair. */
export interface CertificateCheck {
  readonly authority: Pick<PemPair, "certificate">;
  /** must be an alternative name */
  readonly dnsName?: string | undefined;
  /** when it must be valid */
  readonly at: Date;
  /** and until when; see {@link renewalTime} */
  readonly until?: Date | undefined;
}

/** How long before its end a certificate is replaced. */
const renewBeforeMs = 60 * 86_400_000;

/** By how much clocks of two nodes may differ: what another controller has just made is not replaced for that. */
const clockSkewMs = 5 * 60_000;

/**
 * A certificate that is not valid all the time from now for 60 days is to be replaced (controller.md 5). The beginning counts
 * too: one that was made while a clock ran ahead is refused by everybody until that time has come.
 */
export function renewalTime(nowMs: number): Pick<CertificateCheck, "at" | "until"> {
  return { at: new Date(nowMs + clockSkewMs), until: new Date(nowMs + renewBeforeMs) };
}

/**
 * Why a certificate cannot be used, and so must be replaced (controller.md 5): it or its key cannot be read, they do not
 * belong together, somebody else signed it, it is not valid then, or has another name.
 * @returns `undefined` when it can
 */
export function certificateProblem(pair: PemPair, check: CertificateCheck): string | undefined {
  const certificate = readCertificate(pair.certificate);
  if (certificate === undefined) return "the certificate cannot be read";
  const authority = readCertificate(check.authority.certificate);
  if (authority === undefined) return "the certificate of the authority cannot be read";
  return (
    keyProblem(pair.key, certificate) ??
    issuerProblem(certificate, authority) ??
    validityProblem(certificate, check) ??
    validityProblem(authority, check) ??
    nameProblem(certificate, check.dnsName)
  );
}

/** Why a certificate and a key cannot be shown to clients; `undefined` when they can. */
export function pairProblem(pair: PemPair): string | undefined {
  const certificate = readCertificate(pair.certificate);
  return certificate === undefined ? "the certificate cannot be read" : keyProblem(pair.key, certificate);
}

/** Whether a text begins with a certificate that is still valid. */
export function isValidCertificate(pem: string, at: Date): boolean {
  const certificate = readCertificate(pem);
  return certificate !== undefined && validityProblem(certificate, { at }) === undefined;
}

/** Whether a text begins with a certificate. */
export function isCertificate(pem: string): boolean {
  return readCertificate(pem) !== undefined;
}

function readCertificate(pem: string): X509Certificate | undefined {
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** As OpenSSL calls them: P-256, P-384, P-521. */
const signingCurves: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const proof = Buffer.from("is this your key?");

function keyProblem(key: string, certificate: X509Certificate): string | undefined {
  // upstream counts the newer PKCS #8 as invalid, so it would replace what we left
  if (!key.includes("-----BEGIN EC PRIVATE KEY-----")) return "the key is not an EC PRIVATE KEY";
  try {
    // OpenSSL compares the public halves only, also where the private one is damaged
    const privateKey = createPrivateKey(key);
    const { namedCurve = "" } = privateKey.asymmetricKeyDetails ?? {};
    // nobody could sign with it here, and the API server reads no certificate of it
    if (!signingCurves.has(namedCurve))
      return `the key is of the curve ${namedCurve}, not of P-256, P-384 or P-521`;
    const signature = sign("sha256", proof, privateKey);
    if (verify("sha256", proof, certificate.publicKey, signature)) return undefined;
    return "the key does not belong to the certificate";
  } catch {
    return "the key cannot be read";
  }
}

function issuerProblem(certificate: X509Certificate, authority: X509Certificate): string | undefined {
  if (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)) return undefined;
  return "it was not signed by the certificate authority";
}

function validityProblem(
  { validFromDate, validToDate }: X509Certificate,
  { at, until = at }: Pick<CertificateCheck, "at" | "until">,
): string | undefined {
  const outside = [at, until].find((time) => time < validFromDate || time > validToDate);
  if (outside === undefined) return undefined;
  const period = `${validFromDate.toISOString()} to ${validToDate.toISOString()}`;
  return `it is valid from ${period}, not at ${outside.toISOString()}`;
}

function nameProblem(certificate: X509Certificate, dnsName: string | undefined): string | undefined {
  if (dnsName === undefined) return undefined;
  if (certificate.checkHost(dnsName, { subject: "never" }) !== undefined) return undefined;
  return `it is not for ${dnsName}`;
}
