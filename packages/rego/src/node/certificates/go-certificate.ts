import {
  type AuthorityInformation,
  type Certificate,
  type Extension,
  extensionIds,
  type PathCertificate,
  type PolicyConstraints,
  type PolicyMapping,
  readAuthorityInformation,
  readCertificatePolicies,
  readCrlDistributionPoints,
  readInhibitAnyPolicy,
  readPathCertificate,
  readPolicyConstraints,
  readPolicyMappings,
} from "@kubewarden-ts/x509";
import { type GoUrl, parseGoUrl } from "../../core/go/url.ts";
import { BuiltinError } from "../../errors.ts";

/** A certificate with all that Go reads of it when it parses one. */
export interface GoCertificate extends PathCertificate {
  readonly uris: readonly GoUrl[];
  readonly crlDistributionPoints: readonly Uint8Array[];
  readonly authorityInformation: AuthorityInformation | undefined;
  readonly policies: readonly string[] | undefined;
  readonly policyMappings: readonly PolicyMapping[];
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly inhibitAnyPolicy: number | undefined;
  /** Object identifiers of critical extensions that Go does not handle. */
  readonly unhandledCritical: readonly string[];
}

/** Object identifiers of the extensions on policies and of those that tell about the issuer. */
const furtherExtensionIds = {
  certificatePolicies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  policyConstraints: "2.5.29.36",
  inhibitAnyPolicy: "2.5.29.54",
  authorityInformation: "1.3.6.1.5.5.7.1.1",
} as const;

/** Extensions that are handled whatever stands in them. */
const handled: readonly string[] = [
  extensionIds.keyUsage,
  extensionIds.basicConstraints,
  extensionIds.crlDistributionPoints,
  extensionIds.extendedKeyUsage,
  ...Object.values(furtherExtensionIds),
];

/** Extensions that may not be critical. */
const neverCritical: readonly string[] = [
  extensionIds.subjectKeyId,
  extensionIds.authorityKeyId,
  furtherExtensionIds.authorityInformation,
];

/** @throws {X509Error}, {BuiltinError} for a certificate that Go refuses */
export function readGoCertificate(certificate: Certificate): GoCertificate {
  const wrong = certificate.extensions.find(({ id, critical }) => critical && neverCritical.includes(id));
  if (wrong !== undefined) throw new BuiltinError(`the extension ${wrong.id} may not be critical`);
  const path = readPathCertificate(certificate);
  const read = <T>(id: string, reader: (value: Uint8Array) => T): T | undefined => {
    const extension = certificate.extensions.find((candidate) => candidate.id === id);
    return extension && reader(extension.value);
  };
  return {
    ...path,
    uris: (path.alternativeNames?.uris ?? []).map(readUri),
    crlDistributionPoints: read(extensionIds.crlDistributionPoints, readCrlDistributionPoints) ?? [],
    authorityInformation: read(furtherExtensionIds.authorityInformation, readAuthorityInformation),
    policies: read(furtherExtensionIds.certificatePolicies, readCertificatePolicies),
    policyMappings: read(furtherExtensionIds.policyMappings, readPolicyMappings) ?? [],
    policyConstraints: read(furtherExtensionIds.policyConstraints, readPolicyConstraints),
    inhibitAnyPolicy: read(furtherExtensionIds.inhibitAnyPolicy, readInhibitAnyPolicy),
    unhandledCritical: certificate.extensions
      .filter((extension) => extension.critical && !isHandled(extension, path))
      .map(({ id }) => id),
  };
}

function isHandled({ id }: Extension, { alternativeNames, nameConstraints }: PathCertificate): boolean {
  if (id === extensionIds.alternativeNames) return Object.values(alternativeNames ?? {}).flat().length > 0;
  if (id === extensionIds.nameConstraints) return nameConstraints?.hasOtherKinds === false;
  return handled.includes(id);
}

/** Labels of visible ASCII between dots. */
const host = /^[!-\-/-~]+(?:\.[!-\-/-~]+)*$/;

/** A URI among the alternative names. */
export function readUri(text: string): GoUrl {
  const url = parseGoUrl(text);
  if (url === undefined || (url.host !== "" && !host.test(url.host))) {
    throw new BuiltinError("a URI among the alternative names is malformed");
  }
  return url;
}
