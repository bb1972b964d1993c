import { errorText } from "@kubewarden-ts/base";
import { extensionIds, parseCertificate } from "@kubewarden-ts/x509";
import {
  contextTag,
  derReader,
  enter,
  isAtEnd,
  readContent,
  readElement,
  tags,
} from "@kubewarden-ts/x509/der";
import type { X509Certificate } from "@sigstore/core";
import { invalidSignature } from "../errors.ts";

/** Who signed, as a certificate authority vouches for it. */
export interface SignerIdentity {
  /** The OpenID Connect issuer. */
  readonly issuer: string | undefined;
  /** The first e-mail address or URI of the certificate. */
  readonly subject: { readonly kind: "email" | "uri"; readonly text: string };
  /** The repository of GitHub whose workflow was started, as `owner/name`. */
  readonly repository: string | undefined;
}

/** Fulcio's extensions: raw text, and since 2023 DER. */
const plainIssuerId = "1.3.6.1.4.1.57264.1.1";
const issuerId = "1.3.6.1.4.1.57264.1.8";
const githubRepositoryId = "1.3.6.1.4.1.57264.1.5";
const sourceRepositoryId = "1.3.6.1.4.1.57264.1.12";
const githubUrl = "https://github.com/";

/**
 * Who signed with a certificate that was verified. Texts are read here, to the byte: the library reads them as ASCII, and
 * takes the highest bit of each byte away, which makes another issuer an equal one.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` for a certificate without a name, or a malformed one
 */
export function signerIdentityOf(certificate: X509Certificate): SignerIdentity {
  try {
    const { extensions } = parseCertificate(certificate.root.toDER());
    const find: Find = (id) => extensions.find((each) => each.id === id)?.value;
    const names = find(extensionIds.alternativeNames);
    const subject = names && firstName(names);
    if (subject === undefined) throw invalidSignature("it has no e-mail address and no URI");
    return { issuer: issuerOf(find), subject, repository: repositoryOf(find) };
  } catch (error) {
    throw invalidSignature(`the certificate does not say who signed: ${errorText(error)}`);
  }
}

const kinds = new Map([
  [contextTag(1), "email"],
  [contextTag(6), "uri"],
] as const);

/** In the order of the certificate: RFC 5280 4.2.1.6. */
function firstName(extension: Uint8Array): SignerIdentity["subject"] | undefined {
  const names = enter(derReader(extension), tags.sequence, "alternative names");
  while (!isAtEnd(names)) {
    const { tag, content } = readElement(names, "alternative name");
    const kind = kinds.get(tag);
    if (kind !== undefined) return { kind, text: textOf(content) };
  }
  return undefined;
}

/** The content of an extension. */
type Find = (id: string) => Uint8Array | undefined;

function issuerOf(find: Find): string | undefined {
  const encoded = find(issuerId);
  if (encoded !== undefined) return encodedText(encoded, "issuer");
  const plain = find(plainIssuerId);
  return plain && textOf(plain);
}

function repositoryOf(find: Find): string | undefined {
  const plain = find(githubRepositoryId);
  if (plain !== undefined) return textOf(plain);
  const encoded = find(sourceRepositoryId);
  if (encoded === undefined) return undefined;
  const url = encodedText(encoded, "source repository");
  return url.startsWith(githubUrl) ? url.slice(githubUrl.length) : undefined;
}

/** A UTF8String, and nothing after it. */
function encodedText(encoded: Uint8Array, what: string): string {
  const reader = derReader(encoded);
  const content = readContent(reader, tags.utf8String, what);
  if (!isAtEnd(reader)) throw invalidSignature(`malformed ${what}`);
  return textOf(content);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
