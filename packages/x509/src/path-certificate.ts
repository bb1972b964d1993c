import { type AlternativeNames, readAlternativeNames } from "./alternative-names.ts";
import type { Certificate } from "./certificate.ts";
import {
  type BasicConstraints,
  extensionIds,
  readAuthorityKeyId,
  readBasicConstraints,
  readExtendedKeyUsages,
  readKeyUsage,
  readSubjectKeyId,
} from "./extensions.ts";
import { type NameConstraints, readNameConstraints } from "./name-constraints.ts";
import { type PublicKey, readPublicKey } from "./public-key.ts";

/** A certificate with what decides whether it fits into a path; `undefined` for extensions it does not have. */
export interface PathCertificate {
  readonly certificate: Certificate;
  /** `undefined` for a key of an algorithm that is not known. */
  readonly key: PublicKey | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: number | undefined;
  /** Object identifiers of purposes. */
  readonly extendedKeyUsages: readonly string[] | undefined;
  readonly alternativeNames: AlternativeNames | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly subjectKeyId: Uint8Array | undefined;
  readonly authorityKeyId: Uint8Array | undefined;
}

/**
 * Reads the key and the extensions of a certificate.
 * @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID`, `X509_KEY_INVALID`, `X509_LIMIT`
 */
export function readPathCertificate(certificate: Certificate): PathCertificate {
  const read = <T>(id: string, reader: (value: Uint8Array) => T): T | undefined => {
    const extension = certificate.extensions.find((candidate) => candidate.id === id);
    return extension && reader(extension.value);
  };
  return {
    certificate,
    key: readPublicKey(certificate.publicKeyInfo),
    basicConstraints: read(extensionIds.basicConstraints, readBasicConstraints),
    keyUsage: read(extensionIds.keyUsage, readKeyUsage),
    extendedKeyUsages: read(extensionIds.extendedKeyUsage, readExtendedKeyUsages),
    alternativeNames: read(extensionIds.alternativeNames, readAlternativeNames),
    nameConstraints: read(extensionIds.nameConstraints, readNameConstraints),
    subjectKeyId: read(extensionIds.subjectKeyId, readSubjectKeyId),
    authorityKeyId: read(extensionIds.authorityKeyId, readAuthorityKeyId),
  };
}
