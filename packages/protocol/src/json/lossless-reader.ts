import { ProtocolError } from "../errors.ts";
import type { LosslessObject, LosslessValue } from "./lossless-value.ts";
import { scanDocument } from "./scanner.ts";
import { utf8ErrorOffset } from "./utf8.ts";

/**
 * Reads one JSON document and keeps every number as it is written.
 * @param source - JSON text, or its bytes in UTF-8
 * @throws {ProtocolError} `JSON_SYNTAX`, `JSON_TOO_DEEP` (more than `MAX_JSON_DEPTH` levels), `JSON_NOT_UTF8`
 * @example parseLossless('{"n":1.0}') // Map { "n" => { text: "1.0" } }
 */
export function parseLossless(source: Uint8Array | string): LosslessValue {
  const bytes = typeof source === "string" ? new TextEncoder().encode(source) : source;
  scanDocument(bytes);
  const text = typeof source === "string" ? source : decodeUtf8(source);
  return readValue({ text, position: 0 });
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const offset = utf8ErrorOffset(bytes);
    throw new ProtocolError("invalid unicode code point", { code: "JSON_NOT_UTF8", offset, cause });
  }
}

/** The scanner has accepted the text: everything below relies on that and checks nothing again. */
interface Cursor {
  readonly text: string;
  position: number;
}

function readValue(cursor: Cursor): LosslessValue {
  skipSeparators(cursor);
  switch (cursor.text[cursor.position]) {
    case "{":
      return readObject(cursor);
    case "[":
      return readArray(cursor);
    case '"':
      return readString(cursor);
    default:
      return readScalar(cursor);
  }
}

function readObject(cursor: Cursor): LosslessObject {
  const members: LosslessObject = new Map();
  cursor.position++;
  for (;;) {
    skipSeparators(cursor);
    if (cursor.text[cursor.position] === "}") break;
    const key = readString(cursor);
    members.set(key, readValue(cursor));
  }
  cursor.position++;
  return members;
}

function readArray(cursor: Cursor): LosslessValue[] {
  const items: LosslessValue[] = [];
  cursor.position++;
  for (;;) {
    skipSeparators(cursor);
    if (cursor.text[cursor.position] === "]") break;
    items.push(readValue(cursor));
  }
  cursor.position++;
  return items;
}

function readString(cursor: Cursor): string {
  const start = cursor.position;
  let end = cursor.text.indexOf('"', start + 1);
  const plain = cursor.text.slice(start + 1, end);
  if (!plain.includes("\\")) {
    cursor.position = end + 1;
    return plain;
  }
  while (endsInsideEscape(cursor.text, start, end)) end = cursor.text.indexOf('"', end + 1);
  cursor.position = end + 1;
  return String(JSON.parse(cursor.text.slice(start, end + 1)));
}

/** A quote after an odd number of backslashes is itself escaped. */
function endsInsideEscape(text: string, start: number, quote: number): boolean {
  let backslashes = 0;
  for (let index = quote - 1; index > start && text[index] === "\\"; index--) backslashes++;
  return backslashes % 2 === 1;
}

function readScalar(cursor: Cursor): LosslessValue {
  const start = cursor.position;
  while (isScalarUnit(cursor.text.charCodeAt(cursor.position))) cursor.position++;
  const text = cursor.text.slice(start, cursor.position);
  switch (text) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      return null;
    default:
      return { text };
  }
}

/** Letters, digits, sign and dot: whatever is none of white space, comma and closing bracket. `NaN` at the end. */
function isScalarUnit(unit: number): boolean {
  return unit > 0x20 && unit !== 0x2c && unit !== 0x5d && unit !== 0x7d;
}

/** White space, commas and colons: in checked text they tell nothing that the brackets do not. */
function skipSeparators(cursor: Cursor): void {
  for (;;) {
    const unit = cursor.text.charCodeAt(cursor.position);
    if (unit > 0x20 && unit !== 0x2c && unit !== 0x3a) return;
    cursor.position++;
  }
}
