import {
  constructedTag,
  contextTag,
  type DerReader,
  derReader,
  enter,
  enterOptional,
  invalidDer,
  isAtEnd,
  isNext,
  readContent,
  tags,
} from "./der/reader.ts";
import { formatObjectIdentifier, readNumber, readObjectIdentifier } from "./der/values.ts";
import { invalidCertificate } from "./errors.ts";

// Extensions that tell about a certificate, and those on policies. All readers throw `X509_DER_INVALID`.

const uriTag = contextTag(6);

/** Addresses of lists of revoked certificates (RFC 5280 4.2.1.13); one byte each character. */
export function readCrlDistributionPoints(value: Uint8Array): Uint8Array[] {
  const what = "CRL distribution points";
  const points = enter(derReader(value), tags.sequence, what);
  const addresses: Uint8Array[] = [];
  while (!isAtEnd(points)) {
    const name = enterOptional(enter(points, tags.sequence, what), constructedTag(0), what);
    if (name === undefined) continue;
    const fullName = enter(name, constructedTag(0), what);
    while (isNext(fullName, uriTag)) addresses.push(readContent(fullName, uriTag, what));
  }
  return addresses;
}

export interface AuthorityInformation {
  readonly ocspServers: readonly Uint8Array[];
  readonly issuers: readonly Uint8Array[];
}

const accessMethods = { ocsp: "1.3.6.1.5.5.7.48.1", issuers: "1.3.6.1.5.5.7.48.2" };

/** Where to learn more about the issuer (RFC 5280 4.2.2.1). */
export function readAuthorityInformation(value: Uint8Array): AuthorityInformation {
  const what = "authority information access";
  const list = enter(derReader(value), tags.sequence, what);
  const ocspServers: Uint8Array[] = [];
  const issuers: Uint8Array[] = [];
  while (!isAtEnd(list)) {
    const access = enter(list, tags.sequence, what);
    const method = readObjectIdentifier(access, what);
    if (!isNext(access, uriTag)) continue;
    const address = readContent(access, uriTag, what);
    if (method === accessMethods.ocsp) ocspServers.push(address);
    if (method === accessMethods.issuers) issuers.push(address);
  }
  return { ocspServers, issuers };
}

/** Object identifiers of policies, each once (RFC 5280 4.2.1.4). */
export function readCertificatePolicies(value: Uint8Array): string[] {
  const what = "certificate policies";
  const list = enter(derReader(value), tags.sequence, what);
  const policies = new Set<string>();
  while (!isAtEnd(list)) {
    const policy = readPolicyId(enter(list, tags.sequence, what), what);
    if (policies.has(policy)) throw invalidCertificate(`the policy ${policy} stands twice`);
    policies.add(policy);
  }
  return [...policies];
}

function readPolicyId(reader: DerReader, what: string): string {
  const id = formatObjectIdentifier(readContent(reader, tags.objectIdentifier, what));
  if (id === undefined) throw invalidDer(what);
  return id;
}

export interface PolicyMapping {
  readonly issuerPolicy: string;
  readonly subjectPolicy: string;
}

/** Policies of the issuer that are as good as one of the subject (RFC 5280 4.2.1.5). */
export function readPolicyMappings(value: Uint8Array): PolicyMapping[] {
  const what = "policy mappings";
  const list = enter(derReader(value), tags.sequence, what);
  const mappings: PolicyMapping[] = [];
  while (!isAtEnd(list)) {
    const mapping = enter(list, tags.sequence, what);
    mappings.push({ issuerPolicy: readPolicyId(mapping, what), subjectPolicy: readPolicyId(mapping, what) });
  }
  return mappings;
}

/** Certificates below this one after which something holds; see RFC 5280 4.2.1.11. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

export function readPolicyConstraints(value: Uint8Array): PolicyConstraints {
  const what = "policy constraints";
  const reader = enter(derReader(value), tags.sequence, what);
  const read = (number: number) =>
    isNext(reader, contextTag(number)) ? readNumber(reader, what, contextTag(number)) : undefined;
  return { requireExplicitPolicy: read(0), inhibitPolicyMapping: read(1) };
}

/** Certificates below this one after which `anyPolicy` is none (RFC 5280 4.2.1.14). */
export function readInhibitAnyPolicy(value: Uint8Array): number {
  return readNumber(derReader(value), "inhibit any policy");
}
