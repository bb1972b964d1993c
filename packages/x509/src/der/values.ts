import { X509Error } from "../errors.ts";
import { type DerReader, derReader, invalidDer, isAtEnd, readContent, tags } from "./reader.ts";

/** Bits as they lie in their bytes; the last byte may have unused ones, all zero. */
export interface BitString {
  readonly bytes: Uint8Array;
  readonly unusedBits: number;
}

/** @throws {X509Error} `X509_DER_INVALID`, as all readers of this file */
export function readBoolean(reader: DerReader, what: string): boolean {
  const content = readContent(reader, tags.boolean, what);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw invalidDer(what);
  return content[0] === 0xff;
}

/** An integer of any size. */
export function readInteger(reader: DerReader, what: string, tag: number = tags.integer): bigint {
  const content = readContent(reader, tag, what);
  if (!isShortest(content)) throw invalidDer(what);
  checkDigits(content.length);
  return signedInteger(content);
}

/** To write a number in decimal takes longer than linear time; the largest RSA keys have 2 kB. */
const maxNumberBytes = 16 * 1024;

function checkDigits(length: number): void {
  if (length <= maxNumberBytes) return;
  throw new X509Error(`a number of more than ${maxNumberBytes} bytes`, { code: "X509_LIMIT" });
}

/** An integer that a number holds exactly. */
export function readNumber(reader: DerReader, what: string, tag: number = tags.integer): number {
  const value = Number(readInteger(reader, what, tag));
  if (!Number.isSafeInteger(value)) throw invalidDer(what);
  return value;
}

function isShortest(content: Uint8Array): boolean {
  const [first, second] = content;
  if (first === undefined || second === undefined) return first !== undefined;
  return first === 0 ? second >= 0x80 : first !== 0xff || second < 0x80;
}

function signedInteger(content: Uint8Array): bigint {
  const value = BigInt(`0x${content.toHex()}`);
  return (content[0]! & 0x80) === 0 ? value : value - (1n << BigInt(content.length * 8));
}

/** Bytes as an integer without a sign, the highest first; none are zero. */
export function unsignedInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`);
}

export function readBitString(reader: DerReader, what: string): BitString {
  const content = readContent(reader, tags.bitString, what);
  const unusedBits = content[0];
  const bytes = content.subarray(1);
  if (unusedBits === undefined || unusedBits > 7) throw invalidDer(what);
  if (unusedBits > 0 && (bytes.length === 0 || (bytes.at(-1)! & ((1 << unusedBits) - 1)) !== 0)) {
    throw invalidDer(what);
  }
  return { bytes, unusedBits };
}

/** The bits as a number's lowest ones: unused bits are shifted out. */
export function rightAligned({ bytes, unusedBits }: BitString): Uint8Array {
  if (unusedBits === 0) return bytes;
  return bytes.map((byte, index) => ((bytes[index - 1] ?? 0) << (8 - unusedBits)) | (byte >> unusedBits));
}

/** An object identifier with dots; numbers up to 2^31. */
export function readObjectIdentifier(reader: DerReader, what: string): string {
  const content = readContent(reader, tags.objectIdentifier, what);
  const numbers = objectIdentifierNumbers(content);
  if (numbers === undefined || numbers.some((number) => number >= maxNumber)) throw invalidDer(what);
  return dotted(numbers);
}

const maxNumber = 2n ** 31n;

/** The text of an object identifier's content, with numbers of any size; `undefined` for malformed ones. */
export function formatObjectIdentifier(content: Uint8Array): string | undefined {
  const numbers = objectIdentifierNumbers(content);
  return numbers === undefined ? undefined : dotted(numbers);
}

/** The numbers as they are written: the first two are still one. */
function objectIdentifierNumbers(content: Uint8Array): bigint[] | undefined {
  const numbers: bigint[] = [];
  const reader = derReader(content);
  while (!isAtEnd(reader)) {
    const number = readBase128(reader);
    if (number === undefined) return undefined;
    numbers.push(number);
  }
  return numbers.length === 0 ? undefined : numbers;
}

function readBase128(reader: DerReader): bigint | undefined {
  const { bytes, position: start } = reader;
  if (bytes[start] === 0x80) return undefined;
  while (bytes[reader.position]! >= 0x80) reader.position++;
  if (isAtEnd(reader)) return undefined;
  reader.position++;
  checkDigits(reader.position - start);
  // Digits of seven bits in binary: one conversion, whatever the length.
  const digits = Array.from(bytes.subarray(start, reader.position), (byte) =>
    (byte & 0x7f).toString(2).padStart(7, "0"),
  );
  return BigInt(`0b${digits.join("")}`);
}

function dotted([first = 0n, ...rest]: readonly bigint[]): string {
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...rest].join(".");
}
