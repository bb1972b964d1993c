import type { Secret } from "@kubewarden-ts/api/core";
import { isCertificate } from "./check.ts";
import { CertificateError } from "./errors.ts";
import type { PemPair } from "./pem-pair.ts";
import { decodeSecretValue } from "./secret-value.ts";

/** The Secret of the certificate authority that signs for all webhooks (controller.md 5). */
export const authoritySecretName = "kubewarden-ca";
export const authorityKeys = { certificate: "ca.crt", key: "ca.key", previous: "old-ca.crt" } as const;

/**
 * What webhook configurations trust: the authority, and the one before while certificates of it may still be in use
 * (controller.md 5, behaviour 28).
 * @returns PEM in base64
 * @throws {CertificateError} as {@link authorityOf}
 */
export function caBundle(secret: Secret | undefined): string {
  const { certificate } = authorityOf(secret);
  const previous = decodeSecretValue(secret, authorityKeys.previous);
  // an unreadable one would make the API server refuse the whole bundle
  const bundle =
    previous !== undefined && isCertificate(previous) ? joined(certificate, previous) : certificate;
  return Buffer.from(bundle).toString("base64");
}

/**
 * Reads the certificate authority.
 * @throws {CertificateError} `CERTIFICATE_AUTHORITY_MISSING`, `CERTIFICATE_AUTHORITY_INVALID`, both beginning as upstream's
 *   text does (controller.md 3.2)
 */
export function authorityOf(secret: Secret | undefined): PemPair {
  if (secret === undefined) throw missing(`secrets "${authoritySecretName}" not found`);
  const certificate = decodeSecretValue(secret, authorityKeys.certificate);
  const key = decodeSecretValue(secret, authorityKeys.key);
  if (certificate === undefined) throw missing(withoutKey(authorityKeys.certificate));
  if (key === undefined) throw missing(withoutKey(authorityKeys.key));
  if (!isCertificate(certificate)) {
    const message = `failed to fetch CA secret: secrets "${authoritySecretName}": ${authorityKeys.certificate} is not a certificate`;
    throw new CertificateError(message, { code: "CERTIFICATE_AUTHORITY_INVALID" });
  }
  return { certificate, key };
}

function withoutKey(key: string): string {
  return `secrets "${authoritySecretName}" has no ${key}`;
}

function missing(text: string): CertificateError {
  return new CertificateError(`failed to fetch CA secret: ${text}`, {
    code: "CERTIFICATE_AUTHORITY_MISSING",
  });
}

function joined(first: string, second: string): string {
  return first.endsWith("\n") ? `${first}${second}` : `${first}\n${second}`;
}
