import { contextTag, derReader, enter, isAtEnd, readElement, tags } from "./der/reader.ts";
import { invalidCertificate } from "./errors.ts";

/** Names of whom a certificate is for (RFC 5280 4.2.1.6), as far as anybody compares them. */
export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** Of 4 or 16 bytes each. */
  readonly ipAddresses: readonly Uint8Array[];
}

/** Tags of the kinds of names that have constraints. */
export const nameTags = {
  emailAddress: contextTag(1),
  dnsName: contextTag(2),
  uri: contextTag(6),
  ipAddress: contextTag(7),
} as const;

/** Other kinds of names are left out. @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID` */
export function readAlternativeNames(value: Uint8Array): AlternativeNames {
  const reader = enter(derReader(value), tags.sequence, "alternative names");
  const names: { [Kind in keyof AlternativeNames]: AlternativeNames[Kind][number][] } = {
    dnsNames: [],
    emailAddresses: [],
    uris: [],
    ipAddresses: [],
  };
  while (!isAtEnd(reader)) {
    const { tag, content } = readElement(reader, "alternative name");
    if (tag === nameTags.dnsName) names.dnsNames.push(asciiText(content));
    else if (tag === nameTags.emailAddress) names.emailAddresses.push(asciiText(content));
    else if (tag === nameTags.uri) names.uris.push(asciiText(content));
    else if (tag === nameTags.ipAddress) names.ipAddresses.push(ipAddress(content));
  }
  return names as AlternativeNames;
}

/** @throws {X509Error} `X509_CERTIFICATE_INVALID` */
export function asciiText(content: Uint8Array): string {
  if (content.some((byte) => byte >= 0x80)) throw invalidCertificate("a name that is not ASCII");
  return Buffer.from(content).toString("latin1");
}

function ipAddress(content: Uint8Array): Uint8Array {
  if (content.length !== 4 && content.length !== 16) {
    throw invalidCertificate(`an IP address of ${content.length} bytes`);
  }
  return content;
}
