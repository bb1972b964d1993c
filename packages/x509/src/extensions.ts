import { contextTag, derReader, enter, isAtEnd, isNext, readContent, tags } from "./der/reader.ts";
import { readBitString, readBoolean, readNumber, readObjectIdentifier } from "./der/values.ts";

/** Object identifiers of the extensions that a path is judged by (RFC 5280 4.2.1). */
export const extensionIds = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeNames: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

/** The bit of `KeyUsage` that allows to sign certificates. */
export const KEY_CERT_SIGN = 1 << 5;

export interface BasicConstraints {
  readonly isAuthority: boolean;
  /** Certificates that may stand between this one and the last. */
  readonly maxPathLength: number | undefined;
}

// All readers of this file throw `X509_DER_INVALID`.

/** The bits of a key usage, the first one as 1. */
export function readKeyUsage(value: Uint8Array): number {
  const { bytes } = readBitString(derReader(value), "key usage");
  let usage = 0;
  for (let bit = 0; bit < 9; bit++) {
    const isSet = ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
    usage |= isSet << bit;
  }
  return usage;
}

export function readBasicConstraints(value: Uint8Array): BasicConstraints {
  const reader = enter(derReader(value), tags.sequence, "basic constraints");
  const isAuthority = isNext(reader, tags.boolean) && readBoolean(reader, "basic constraints");
  if (!isNext(reader, tags.integer)) return { isAuthority, maxPathLength: undefined };
  const maxPathLength = readNumber(reader, "basic constraints");
  return { isAuthority, maxPathLength };
}

/** Object identifiers of purposes. */
export function readExtendedKeyUsages(value: Uint8Array): string[] {
  const reader = enter(derReader(value), tags.sequence, "extended key usage");
  const usages: string[] = [];
  while (!isAtEnd(reader)) usages.push(readObjectIdentifier(reader, "extended key usage"));
  return usages;
}

export function readSubjectKeyId(value: Uint8Array): Uint8Array {
  return readContent(derReader(value), tags.octetString, "subject key identifier");
}

/** The identifier of the key that signed; `undefined` when it is named by other means. */
export function readAuthorityKeyId(value: Uint8Array): Uint8Array | undefined {
  const reader = enter(derReader(value), tags.sequence, "authority key identifier");
  return isNext(reader, contextTag(0))
    ? readContent(reader, contextTag(0), "authority key identifier")
    : undefined;
}
