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
  readElement,
  tags,
} from "./der/reader.ts";
import {
  readBitString,
  readBoolean,
  readInteger,
  readNumber,
  readObjectIdentifier,
  rightAligned,
} from "./der/values.ts";
import { invalidCertificate, X509Error } from "./errors.ts";
import { type DistinguishedName, readName } from "./name.ts";
import {
  type AlgorithmIdentifier,
  type PublicKeyInfo,
  readAlgorithmIdentifier,
  readPublicKeyInfo,
} from "./public-key.ts";
import { type CertificateTime, readTime } from "./time.ts";

/** A certificate (RFC 5280 4.1), with its extensions as they came: {@link certificateFacts} reads them. */
export interface Certificate {
  /** The whole certificate in DER. */
  readonly raw: Uint8Array;
  /** What is signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Not negative. */
  readonly serialNumber: bigint;
  readonly issuer: DistinguishedName;
  readonly notBefore: CertificateTime;
  readonly notAfter: CertificateTime;
  readonly subject: DistinguishedName;
  readonly publicKeyInfo: PublicKeyInfo;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

export interface Extension {
  /** Object identifier. */
  readonly id: string;
  readonly critical: boolean;
  /** In DER. */
  readonly value: Uint8Array;
}

/** Bytes of one certificate; large ones have 20 kB. */
export const MAX_CERTIFICATE_BYTES = 256 * 1024;

/**
 * Reads a certificate in DER.
 * @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID`, `X509_LIMIT` for more than `MAX_CERTIFICATE_BYTES`
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const reader = derReader(der);
  const certificate = readCertificate(reader);
  if (!isAtEnd(reader)) throw invalidCertificate("there is more behind the certificate");
  return certificate;
}

/** Reads certificates in DER, one behind the other. @throws {X509Error} as {@link parseCertificate} */
export function parseCertificates(der: Uint8Array): Certificate[] {
  const reader = derReader(der);
  const certificates: Certificate[] = [];
  while (!isAtEnd(reader)) certificates.push(readCertificate(reader));
  return certificates;
}

function readCertificate(reader: DerReader): Certificate {
  const { raw, content, tag } = readElement(reader, "certificate");
  if (tag !== tags.sequence) throw invalidDer("certificate");
  checkLength(raw);
  const outer = derReader(content);
  const { raw: tbs, content: fields, tag: tbsTag } = readElement(outer, "certificate");
  if (tbsTag !== tags.sequence) throw invalidDer("certificate");
  const outerAlgorithm = readContent(outer, tags.sequence, "signature algorithm");
  const signature = rightAligned(readBitString(outer, "signature"));
  return { raw, tbs, signature, ...readFields(derReader(fields), outerAlgorithm) };
}

export function checkLength({ length }: Uint8Array): void {
  if (length <= MAX_CERTIFICATE_BYTES) return;
  throw new X509Error(`a certificate of more than ${MAX_CERTIFICATE_BYTES} bytes`, { code: "X509_LIMIT" });
}

/** What is signed, in the order of its fields. */
function readFields(
  reader: DerReader,
  outerAlgorithm: Uint8Array,
): Omit<Certificate, "raw" | "tbs" | "signature"> {
  const version = readVersion(reader);
  const serialNumber = readInteger(reader, "serial number");
  if (serialNumber < 0n) throw invalidCertificate("the serial number is negative");
  const innerAlgorithm = readContent(reader, tags.sequence, "signature algorithm");
  if (Buffer.compare(innerAlgorithm, outerAlgorithm) !== 0) {
    throw invalidCertificate("the two signature algorithms differ");
  }
  const signatureAlgorithm = readAlgorithmIdentifier(derReader(innerAlgorithm), "signature algorithm");
  const issuer = readName(reader, "issuer");
  const validity = enter(reader, tags.sequence, "validity");
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  const subject = readName(reader, "subject");
  const publicKeyInfo = readPublicKeyInfo(reader);
  const extensions = readVersionedFields(reader, version);
  return {
    version,
    serialNumber,
    signatureAlgorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKeyInfo,
    extensions,
  };
}

function readVersion(reader: DerReader): 1 | 2 | 3 {
  const inner = enterOptional(reader, constructedTag(0), "version");
  if (inner === undefined) return 1;
  const version = readNumber(inner, "version") + 1;
  if (!isAtEnd(inner)) throw invalidDer("version");
  if (version !== 1 && version !== 2 && version !== 3) {
    throw invalidCertificate(`a certificate of version ${version}`);
  }
  return version;
}

/** Unique identifiers since version 2, extensions since version 3. */
function readVersionedFields(reader: DerReader, version: 1 | 2 | 3): Extension[] {
  if (version === 1) return [];
  for (const tag of [contextTag(1), contextTag(2)]) {
    if (isNext(reader, tag)) readElement(reader, "unique identifier");
  }
  const extensions = version === 3 ? enterOptional(reader, constructedTag(3), "extensions") : undefined;
  return extensions === undefined ? [] : readExtensions(extensions);
}

/** @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID` for one that stands twice */
export function readExtensions(reader: DerReader): Extension[] {
  const list = enter(reader, tags.sequence, "extensions");
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  while (!isAtEnd(list)) {
    const extension = readExtension(enter(list, tags.sequence, "extension"));
    if (seen.has(extension.id)) throw invalidCertificate(`the extension ${extension.id} stands twice`);
    seen.add(extension.id);
    extensions.push(extension);
  }
  return extensions;
}

function readExtension(reader: DerReader): Extension {
  const id = readObjectIdentifier(reader, "extension");
  const critical = isNext(reader, tags.boolean) && readBoolean(reader, "extension");
  return { id, critical, value: readContent(reader, tags.octetString, "extension") };
}
