import {
  type DerElement,
  type DerReader,
  derReader,
  enter,
  invalidDer,
  isAtEnd,
  readElement,
  tags,
} from "./der/reader.ts";
import { readObjectIdentifier } from "./der/values.ts";

/** A distinguished name (RFC 5280 4.1.2.4). */
export interface DistinguishedName {
  /** In DER: what names are compared by. */
  readonly raw: Uint8Array;
  /** In their order; those of one relative name stand together. */
  readonly attributes: readonly NameAttribute[];
}

export interface NameAttribute {
  /** Object identifier, such as `2.5.4.3` for a common name. */
  readonly type: string;
  readonly value: string;
}

/** A distinguished name whose values are not read yet. */
export interface RawName {
  readonly raw: Uint8Array;
  readonly attributes: readonly { readonly type: string; readonly value: DerElement }[];
}

/** @throws {X509Error} `X509_DER_INVALID`, also for strings of a kind or with characters that names may not have */
export function readName(reader: DerReader, what: string): DistinguishedName {
  const { raw, attributes } = readRawName(reader, what);
  return { raw, attributes: attributes.map(({ type, value }) => ({ type, value: textOf(value, what) })) };
}

/** @throws {X509Error} `X509_DER_INVALID` */
export function readRawName(reader: DerReader, what: string): RawName {
  const { raw, content, tag } = readElement(reader, what);
  if (tag !== tags.sequence) throw invalidDer(what);
  const attributes: RawName["attributes"][number][] = [];
  const names = derReader(content);
  while (!isAtEnd(names)) {
    const relative = enter(names, tags.set, what);
    while (!isAtEnd(relative)) attributes.push(readAttribute(enter(relative, tags.sequence, what), what));
  }
  return { raw, attributes };
}

/** A type and one value. @throws {X509Error} `X509_DER_INVALID` */
function readAttribute(reader: DerReader, what: string): RawName["attributes"][number] {
  return { type: readObjectIdentifier(reader, what), value: readElement(reader, what) };
}

function textOf({ tag, content }: DerElement, what: string): string {
  const text = decodeText(tag, content);
  if (text === undefined) throw invalidDer(what);
  return text;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** With `*` and `&`, which are not allowed but common. */
const printable = /^[A-Za-z0-9'()+,\-./ :=?*&]*$/;

/** The characters of a string of any kind that names may have; `undefined` for other tags, and for characters it may not have. */
export function decodeText(tag: number, content: Uint8Array): string | undefined {
  const text = () => Buffer.from(content).toString("latin1");
  switch (tag) {
    case tags.utf8String:
      return decodeUtf8(content);
    case tags.printableString:
      return matching(text(), printable);
    case tags.ia5String:
      return matching(text(), /^[\x00-\x7f]*$/);
    case tags.numericString:
      return matching(text(), /^[0-9 ]*$/);
    case tags.t61String:
      return text(); // taken for Latin-1, as everybody does
    case tags.bmpString:
      return decodeBmp(content);
    default:
      return undefined;
  }
}

function matching(text: string, pattern: RegExp): string | undefined {
  return pattern.test(text) ? text : undefined;
}

function decodeUtf8(content: Uint8Array): string | undefined {
  try {
    return utf8.decode(content);
  } catch {
    return undefined;
  }
}

/** Two bytes for each character, maybe with a zero at the end; no surrogates, no code points that are no characters. */
function decodeBmp(content: Uint8Array): string | undefined {
  if (content.length % 2 !== 0) return undefined;
  const text = Buffer.from(content).swap16().toString("utf16le").replace(/\0$/, "");
  return /[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/.test(text) ? undefined : text;
}

/** Whether two names are the same, byte for byte. */
export function isSameName(left: DistinguishedName, right: DistinguishedName): boolean {
  return Buffer.compare(left.raw, right.raw) === 0;
}
