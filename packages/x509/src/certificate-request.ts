import { checkLength, type Extension, readExtensions } from "./certificate.ts";
import {
  constructedTag,
  type DerElement,
  type DerReader,
  derReader,
  enter,
  invalidDer,
  isAtEnd,
  readElement,
  tags,
} from "./der/reader.ts";
import { readBitString, readNumber, readObjectIdentifier, rightAligned } from "./der/values.ts";
import { invalidCertificate, X509Error } from "./errors.ts";
import { type RawName, readRawName } from "./name.ts";
import {
  type AlgorithmIdentifier,
  type PublicKeyInfo,
  readAlgorithmIdentifier,
  readPublicKeyInfo,
} from "./public-key.ts";

/** A certificate request (PKCS #10, RFC 2986). */
export interface CertificateRequest {
  /** The whole request in DER. */
  readonly raw: Uint8Array;
  /** What is signed. */
  readonly tbs: Uint8Array;
  /** As it is written: 0 for the only version there is. */
  readonly version: number;
  readonly subject: RawName;
  readonly publicKeyInfo: PublicKeyInfo;
  /** In DER, as they came: some are not attributes by their form. */
  readonly attributes: readonly Uint8Array[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

interface RequestAttribute {
  /** Object identifier. */
  readonly type: string;
  /** In DER. */
  readonly values: readonly DerElement[];
}

/**
 * Reads a certificate request in DER. Its signature is not checked.
 * @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID`, `X509_LIMIT`
 */
export function parseCertificateRequest(der: Uint8Array): CertificateRequest {
  const outer = derReader(der);
  const { raw, content, tag } = readElement(outer, "certificate request");
  if (tag !== tags.sequence) throw invalidDer("certificate request");
  if (!isAtEnd(outer)) throw invalidCertificate("there is more behind the certificate request");
  checkLength(raw);
  const reader = derReader(content);
  const { raw: tbs, content: fields, tag: tbsTag } = readElement(reader, "certificate request");
  if (tbsTag !== tags.sequence) throw invalidDer("certificate request");
  const algorithm = enter(reader, tags.sequence, "signature algorithm");
  return {
    raw,
    tbs,
    signatureAlgorithm: readAlgorithmIdentifier(algorithm, "signature algorithm"),
    signature: rightAligned(readBitString(reader, "signature")),
    ...readFields(derReader(fields)),
  };
}

function readFields(
  reader: DerReader,
): Pick<CertificateRequest, "version" | "subject" | "publicKeyInfo" | "attributes"> {
  const version = readNumber(reader, "version");
  const subject = readRawName(reader, "subject");
  const publicKeyInfo = readPublicKeyInfo(reader);
  const list = enter(reader, constructedTag(0), "attributes");
  const attributes: Uint8Array[] = [];
  while (!isAtEnd(list)) attributes.push(readElement(list, "attribute").raw);
  return { version, subject, publicKeyInfo, attributes };
}

function readRequestAttribute(der: Uint8Array): RequestAttribute {
  const reader = enter(derReader(der), tags.sequence, "attribute");
  const type = readObjectIdentifier(reader, "attribute");
  const list = enter(reader, tags.set, "attribute");
  const values: DerElement[] = [];
  while (!isAtEnd(list)) values.push(readElement(list, "attribute"));
  return { type, values };
}

const extensionRequest = "1.2.840.113549.1.9.14";

/**
 * The extensions that a request asks for.
 * @throws {X509Error} `X509_DER_INVALID`, `X509_CERTIFICATE_INVALID` for one that stands twice
 */
export function requestedExtensions({ attributes }: CertificateRequest): Extension[] {
  const requests = attributes.map(attributeOf).filter((attribute) => attribute?.type === extensionRequest);
  const extensions = requests.flatMap((request) => {
    const first = request?.values[0];
    return first === undefined ? [] : readExtensions(derReader(first.raw));
  });
  const seen = new Set<string>();
  for (const { id } of extensions) {
    if (seen.has(id)) throw invalidCertificate(`the extension ${id} is asked for twice`);
    seen.add(id);
  }
  return extensions;
}

/** What has not the form of an attribute is none. */
function attributeOf(der: Uint8Array): RequestAttribute | undefined {
  try {
    return readRequestAttribute(der);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return undefined;
  }
}
