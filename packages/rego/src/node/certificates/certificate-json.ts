import {
  type Certificate,
  type DistinguishedName,
  type Extension,
  extensionIds,
  formatCertificateTime,
  type IpRange,
  type PublicKeyInfo,
  signatureAlgorithmOf,
} from "@kubewarden-ts/x509";
import { formatIpAddress } from "../../core/go/ip-address.ts";
import { decodeGoText } from "../../core/go/text.ts";
import { formatGoUrl, type GoUrl } from "../../core/go/url.ts";
import { listOrNull, type PlainValue } from "../go/plain-value.ts";
import type { GoCertificate } from "./go-certificate.ts";
import { publicKeyAlgorithmNumber, publicKeyJson, signatureAlgorithmNumber } from "./key-json.ts";
import { nameJson, objectIdentifier, type PlainAttribute } from "./name-json.ts";

type PlainObject = { readonly [key: string]: PlainValue };

/**
 * A certificate as Go writes its `x509.Certificate` as JSON.
 * @param options.withUriStrings - with the field that OPA adds
 */
export function certificateJson(
  certificate: GoCertificate,
  { withUriStrings }: { withUriStrings: boolean },
): PlainObject {
  const { uris } = certificate;
  return {
    ...rawJson(certificate.certificate),
    ...identityJson(certificate),
    ...usageJson(certificate),
    ...alternativeNamesJson(certificate),
    ...nameConstraintsJson(certificate),
    ...policiesJson(certificate),
    ...(withUriStrings && { URIStrings: listOrNull(uris.map((url) => bytesToText(formatGoUrl(url)))) }),
  };
}

function rawJson({ raw, tbs, publicKeyInfo, subject, issuer, signature }: Certificate): PlainObject {
  return {
    Raw: raw,
    RawTBSCertificate: tbs,
    RawSubjectPublicKeyInfo: publicKeyInfo.raw,
    RawSubject: subject.raw,
    RawIssuer: issuer.raw,
    Signature: signature,
  };
}

function identityJson({ certificate, key }: GoCertificate): PlainObject {
  const { signatureAlgorithm, publicKeyInfo, version, serialNumber, issuer, subject } = certificate;
  return {
    SignatureAlgorithm: signatureAlgorithmNumber(signatureAlgorithmOf(signatureAlgorithm)),
    PublicKeyAlgorithm: publicKeyAlgorithmNumber(publicKeyInfo.algorithm.algorithm),
    PublicKey: certifiedKeyJson(publicKeyInfo, key),
    Version: version,
    SerialNumber: serialNumber,
    Issuer: nameJson(textAttributes(issuer)),
    Subject: nameJson(textAttributes(subject)),
    NotBefore: formatCertificateTime(certificate.notBefore),
    NotAfter: formatCertificateTime(certificate.notAfter),
    Extensions: listOrNull(certificate.extensions.map(extensionJson)),
    ExtraExtensions: null,
  };
}

function textAttributes({ attributes }: DistinguishedName): PlainAttribute[] {
  return attributes.map((attribute) => ({ ...attribute, isText: true }));
}

/** Keys of algorithms that Go has no number for are left out. */
export function certifiedKeyJson({ algorithm }: PublicKeyInfo, key: GoCertificate["key"]): PlainValue {
  const isKnown = publicKeyAlgorithmNumber(algorithm.algorithm) > 0;
  return isKnown && key !== undefined ? publicKeyJson(key) : null;
}

export function extensionJson({ id, critical, value }: Extension): PlainObject {
  return { Id: objectIdentifier(id), Critical: critical, Value: value };
}

const extendedKeyUsages: readonly string[] = [
  "2.5.29.37.0",
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `1.3.6.1.5.5.7.3.${number}`),
  "1.3.6.1.4.1.311.10.3.3",
  "2.16.840.1.113730.4.1",
  "1.3.6.1.4.1.311.2.1.22",
  "1.3.6.1.4.1.311.61.1.1",
];

function usageJson(certificate: GoCertificate): PlainObject {
  const {
    basicConstraints,
    keyUsage = 0,
    extendedKeyUsages: usages = [],
    authorityInformation,
  } = certificate;
  const maxPathLength = basicConstraints === undefined ? 0 : (basicConstraints.maxPathLength ?? -1);
  const numbers = usages.map((usage) => extendedKeyUsages.indexOf(usage));
  return {
    UnhandledCriticalExtensions: listOrNull(certificate.unhandledCritical.map(objectIdentifier)),
    KeyUsage: keyUsage,
    ExtKeyUsage: listOrNull(numbers.filter((number) => number >= 0)),
    UnknownExtKeyUsage: listOrNull(
      usages.filter((usage) => !extendedKeyUsages.includes(usage)).map(objectIdentifier),
    ),
    BasicConstraintsValid: basicConstraints !== undefined,
    IsCA: basicConstraints?.isAuthority ?? false,
    MaxPathLen: maxPathLength,
    MaxPathLenZero: basicConstraints?.maxPathLength === 0,
    SubjectKeyId: certificate.subjectKeyId ?? null,
    AuthorityKeyId: certificate.authorityKeyId ?? null,
    OCSPServer: listOrNull((authorityInformation?.ocspServers ?? []).map(decodeGoText)),
    IssuingCertificateURL: listOrNull((authorityInformation?.issuers ?? []).map(decodeGoText)),
    CRLDistributionPoints: listOrNull(certificate.crlDistributionPoints.map(decodeGoText)),
  };
}

/** Also of a certificate request. */
export function alternativeNamesJson({
  alternativeNames,
  uris,
}: Pick<GoCertificate, "alternativeNames" | "uris">): PlainObject {
  return {
    DNSNames: listOrNull(alternativeNames?.dnsNames ?? []),
    EmailAddresses: listOrNull(alternativeNames?.emailAddresses ?? []),
    IPAddresses: listOrNull((alternativeNames?.ipAddresses ?? []).map(formatIpAddress)),
    URIs: listOrNull(uris.map(urlJson)),
  };
}

function urlJson(url: GoUrl): PlainObject {
  return {
    Scheme: url.scheme,
    Opaque: bytesToText(url.opaque),
    User: url.user === undefined ? null : {},
    Host: bytesToText(url.host),
    Path: bytesToText(url.path),
    RawPath: bytesToText(url.rawPath),
    OmitHost: url.omitHost,
    ForceQuery: url.forceQuery,
    RawQuery: bytesToText(url.rawQuery),
    Fragment: bytesToText(url.fragment),
    RawFragment: bytesToText(url.rawFragment),
  };
}

function bytesToText(bytes: string): string {
  return decodeGoText(Buffer.from(bytes, "latin1"));
}

function nameConstraintsJson({ certificate, nameConstraints }: GoCertificate): PlainObject {
  const { permitted, excluded } = nameConstraints ?? {};
  const isCritical = certificate.extensions.some(
    ({ id, critical }) => critical && id === extensionIds.nameConstraints,
  );
  return {
    PermittedDNSDomainsCritical: isCritical,
    PermittedDNSDomains: listOrNull(permitted?.dnsNames ?? []),
    ExcludedDNSDomains: listOrNull(excluded?.dnsNames ?? []),
    PermittedIPRanges: listOrNull((permitted?.ipRanges ?? []).map(ipRangeJson)),
    ExcludedIPRanges: listOrNull((excluded?.ipRanges ?? []).map(ipRangeJson)),
    PermittedEmailAddresses: listOrNull(permitted?.emailAddresses ?? []),
    ExcludedEmailAddresses: listOrNull(excluded?.emailAddresses ?? []),
    PermittedURIDomains: listOrNull(permitted?.uris ?? []),
    ExcludedURIDomains: listOrNull(excluded?.uris ?? []),
  };
}

function ipRangeJson({ address, mask }: IpRange): PlainObject {
  return { IP: formatIpAddress(address), Mask: mask };
}

function policiesJson(certificate: GoCertificate): PlainObject {
  const { policies, policyMappings, policyConstraints, inhibitAnyPolicy } = certificate;
  const { requireExplicitPolicy, inhibitPolicyMapping } = policyConstraints ?? {};
  const numbers = policies?.map(objectIdentifier).filter((ids) => ids.every((id) => id < 2 ** 31));
  return {
    PolicyIdentifiers: numbers ?? null,
    Policies: listOrNull(policies ?? []),
    InhibitAnyPolicy: inhibitAnyPolicy ?? 0,
    InhibitAnyPolicyZero: inhibitAnyPolicy === 0,
    InhibitPolicyMapping: inhibitPolicyMapping ?? 0,
    InhibitPolicyMappingZero: inhibitPolicyMapping === 0,
    RequireExplicitPolicy: requireExplicitPolicy ?? 0,
    RequireExplicitPolicyZero: requireExplicitPolicy === 0,
    PolicyMappings: listOrNull(
      policyMappings.map(({ issuerPolicy, subjectPolicy }) => ({
        IssuerDomainPolicy: issuerPolicy,
        SubjectDomainPolicy: subjectPolicy,
      })),
    ),
  };
}
