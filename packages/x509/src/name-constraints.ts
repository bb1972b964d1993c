import { isIP } from "node:net";
import { asciiText, nameTags } from "./alternative-names.ts";
import {
  constructedTag,
  type DerReader,
  derReader,
  enter,
  enterOptional,
  invalidDer,
  isAtEnd,
  readElement,
  tags,
} from "./der/reader.ts";
import { isDomainConstraint } from "./domain-name.ts";
import { invalidCertificate } from "./errors.ts";
import { parseMailbox } from "./mailbox.ts";

/** Names that an authority may, or may not, issue certificates for (RFC 5280 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: NameSubtrees;
  readonly excluded: NameSubtrees;
  /** There are constraints on kinds of names that nobody here can compare, such as names of directories. */
  readonly hasOtherKinds: boolean;
}

export interface NameSubtrees {
  readonly dnsNames: readonly string[];
  /** Addresses, or domains of them. */
  readonly emailAddresses: readonly string[];
  /** Domains of their hosts. */
  readonly uris: readonly string[];
  readonly ipRanges: readonly IpRange[];
}

/** A network: both of 4 bytes, or of 16. */
export interface IpRange {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/** @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID` */
export function readNameConstraints(value: Uint8Array): NameConstraints {
  const outer = derReader(value);
  const reader = enter(outer, tags.sequence, "name constraints");
  const permitted = enterOptional(reader, constructedTag(0), "name constraints");
  const excluded = enterOptional(reader, constructedTag(1), "name constraints");
  if (!isAtEnd(outer) || !isAtEnd(reader)) throw invalidDer("name constraints");
  if ((permitted?.bytes.length ?? 0) + (excluded?.bytes.length ?? 0) === 0) {
    throw invalidCertificate("name constraints without any name");
  }
  const allowed = readSubtrees(permitted);
  const forbidden = readSubtrees(excluded);
  return {
    permitted: allowed.subtrees,
    excluded: forbidden.subtrees,
    hasOtherKinds: allowed.hasOtherKinds || forbidden.hasOtherKinds,
  };
}

function readSubtrees(reader: DerReader | undefined): { subtrees: NameSubtrees; hasOtherKinds: boolean } {
  const dnsNames: string[] = [];
  const emailAddresses: string[] = [];
  const uris: string[] = [];
  const ipRanges: IpRange[] = [];
  let hasOtherKinds = false;
  while (reader !== undefined && !isAtEnd(reader)) {
    const subtree = enter(reader, tags.sequence, "name constraints");
    const { tag, content } = readElement(subtree, "name constraints");
    if (tag === nameTags.dnsName) dnsNames.push(domain(content));
    else if (tag === nameTags.emailAddress) emailAddresses.push(addressOrDomain(content));
    else if (tag === nameTags.uri) uris.push(hostDomain(content));
    else if (tag === nameTags.ipAddress) ipRanges.push(ipRange(content));
    else hasOtherKinds = true;
  }
  return { subtrees: { dnsNames, emailAddresses, uris, ipRanges }, hasOtherKinds };
}

function domain(content: Uint8Array): string {
  const text = asciiText(content);
  if (!isDomainConstraint(text)) throw invalidCertificate("a name constraint that is no domain");
  return text;
}

function addressOrDomain(content: Uint8Array): string {
  const text = asciiText(content);
  if (!text.includes("@")) return domain(content);
  if (parseMailbox(text) === undefined)
    throw invalidCertificate("a name constraint that is no e-mail address");
  return text;
}

function hostDomain(content: Uint8Array): string {
  const text = domain(content);
  if (isIP(text) !== 0) throw invalidCertificate("a name constraint on URIs that is an IP address");
  return text;
}

function ipRange(content: Uint8Array): IpRange {
  const half = content.length / 2;
  const mask = content.subarray(half);
  if ((half !== 4 && half !== 16) || !isMask(mask)) {
    throw invalidCertificate("a name constraint that is no range of IP addresses");
  }
  return { address: content.subarray(0, half), mask };
}

/** Ones, then zeros. */
function isMask(mask: Uint8Array): boolean {
  return /^1*0*$/.test(Array.from(mask, (byte) => byte.toString(2).padStart(8, "0")).join(""));
}
