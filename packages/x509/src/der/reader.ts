import { X509Error } from "../errors.ts";

/** A place in a run of DER elements that moves on with each read. */
export interface DerReader {
  readonly bytes: Uint8Array;
  position: number;
}

/** One element: tag, length, content. Nothing is copied. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The element with its tag and length. */
  readonly raw: Uint8Array;
}

/** Tags in one byte, as X.509 uses them. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag `[number]` of a context, for one value or for a constructed one. */
export const contextTag = (number: number): number => 0x80 | number;
export const constructedTag = (number: number): number => 0xa0 | number;

export function derReader(bytes: Uint8Array): DerReader {
  return { bytes, position: 0 };
}

export function isAtEnd({ bytes, position }: DerReader): boolean {
  return position >= bytes.length;
}

/** Whether the next element has this tag. */
export function isNext({ bytes, position }: DerReader, tag: number): boolean {
  return bytes[position] === tag;
}

/**
 * Reads the next element, whatever its tag. Lengths are in the shortest form and inside of what is there; tags have one byte.
 * @param what - what is read, for the message
 * @throws {X509Error} `X509_DER_INVALID`
 */
export function readElement(reader: DerReader, what: string): DerElement {
  const { bytes, position } = reader;
  const tag = bytes[position];
  const first = bytes[position + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw invalidDer(what);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = first < 0x80 ? first : longLength(bytes, position + 2, lengthBytes);
  const start = position + 2 + lengthBytes;
  if (length === undefined || length > bytes.length - start) throw invalidDer(what);
  reader.position = start + length;
  return {
    tag,
    content: bytes.subarray(start, start + length),
    raw: bytes.subarray(position, start + length),
  };
}

/** A length in several bytes; `undefined` where a shorter form exists, or more than four bytes are used. */
function longLength(bytes: Uint8Array, start: number, count: number): number | undefined {
  if (count === 0 || count > 4 || start + count > bytes.length) return undefined;
  let length = 0;
  for (let index = start; index < start + count; index++) length = length * 256 + bytes[index]!;
  return length < 0x80 || length < 256 ** (count - 1) ? undefined : length;
}

/** The content of the next element, which must have this tag. @throws {X509Error} `X509_DER_INVALID` */
export function readContent(reader: DerReader, tag: number, what: string): Uint8Array {
  const element = readElement(reader, what);
  if (element.tag !== tag) throw invalidDer(what);
  return element.content;
}

/** A reader over the content of the next element. @throws {X509Error} `X509_DER_INVALID` */
export function enter(reader: DerReader, tag: number, what: string): DerReader {
  return derReader(readContent(reader, tag, what));
}

/** As {@link enter} when the next element has this tag, else `undefined`. */
export function enterOptional(reader: DerReader, tag: number, what: string): DerReader | undefined {
  return isNext(reader, tag) ? enter(reader, tag, what) : undefined;
}

export function invalidDer(what: string): X509Error {
  return new X509Error(`malformed ${what}`, { code: "X509_DER_INVALID" });
}
