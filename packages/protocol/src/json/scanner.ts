import { ProtocolError } from "../errors.ts";
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  LOWER_U,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SPACE,
  ZERO,
} from "./ascii.ts";

/** Open objects and arrays a document may have at one place. */
export const MAX_JSON_DEPTH = 512;

/** Four numbers for each member, in order of appearance: key start, key end (both inside the quotes), value start, value end. */
export type MemberRuns = readonly number[];

/** Asks `scanMembers` to list, in the same pass, the members of an object that stands under a wanted key. */
export interface InnerMembers {
  /** Tells whether the bytes from `keyStart` to `keyEnd` spell the wanted key. */
  isKey(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean;
  /** Receives the runs; a key that stands twice adds to them twice. */
  runs: number[];
}

const TRUE = bytesOf("true");
const FALSE = bytesOf("false");
const NULL = bytesOf("null");

/** 1 for every byte that may stand in a string as it is. UTF-8 is judged elsewhere. */
const IS_PLAIN = table((byte) => byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH);
const IS_WHITESPACE = table((byte) => " \t\n\r".includes(String.fromCharCode(byte)));
const IS_DIGIT = table((byte) => byte >= ZERO && byte < ZERO + 10);
const IS_HEX = table((byte) => /[0-9a-fA-F]/.test(String.fromCharCode(byte)));
const IS_ESCAPE = table((byte) => '"\\/bfnrt'.includes(String.fromCharCode(byte)));

/**
 * Checks that the bytes are one JSON document (RFC 8259), nothing more. Accepts what `JSON.parse` accepts, except
 * documents deeper than `MAX_JSON_DEPTH` and numbers that no double holds; whether strings are UTF-8 is not looked at
 * (`isUtf8`).
 * @throws {ProtocolError} `JSON_SYNTAX`, `JSON_TOO_DEEP`
 */
export function scanDocument(bytes: Uint8Array): void {
  scanEnd(bytes, skipValue(bytes, skipWhitespace(bytes, 0), 0));
}

/** Checks that nothing but white space follows. @throws {ProtocolError} `JSON_SYNTAX` */
export function scanEnd(bytes: Uint8Array, start: number): void {
  const position = skipWhitespace(bytes, start);
  if (position < bytes.length) throw syntaxError("trailing characters", position);
}

/**
 * Checks the object that begins at `start` and lists its members.
 * @param start - index of the opening brace
 * @param inner - where given, lists the members of one nested object in the same pass
 * @returns the runs, and `end`, the index after the closing brace
 * @throws {ProtocolError} `JSON_SYNTAX`, `JSON_TOO_DEEP`
 * @example const { runs } = scanMembers(new TextEncoder().encode('{"a":1}'), 0); // [2, 3, 5, 6]
 */
export function scanMembers(
  bytes: Uint8Array,
  start: number,
  inner?: InnerMembers,
): { runs: MemberRuns; end: number } {
  if (bytes[start] !== OPEN_BRACE) throw unexpected(bytes, start, "expected value", "a value");
  const runs: number[] = [];
  return { runs, end: scanObject(bytes, start, 1, runs, inner) };
}

/** The index of the first byte from `start` on that is not white space. */
export function skipWhitespace(bytes: Uint8Array, start: number): number {
  // Programs write JSON without white space: this is nearly always the end of it.
  if (bytes[start]! > SPACE) return start;
  let position = start;
  while (IS_WHITESPACE[bytes[position]!] === 1) position++;
  return position;
}

/**
 * The index after the value that begins at `start`.
 * @param depth - objects and arrays already open around it
 * @throws {ProtocolError} `JSON_SYNTAX`, `JSON_TOO_DEEP`
 */
export function skipValue(bytes: Uint8Array, start: number, depth: number): number {
  switch (bytes[start]) {
    case QUOTE:
      return skipString(bytes, start + 1);
    case OPEN_BRACE:
      return scanObject(bytes, start, depth + 1, undefined, undefined);
    case OPEN_BRACKET:
      return skipArray(bytes, start, depth + 1);
    case LOWER_T:
      return skipLiteral(bytes, start, TRUE);
    case LOWER_F:
      return skipLiteral(bytes, start, FALSE);
    case LOWER_N:
      return skipLiteral(bytes, start, NULL);
    default:
      return skipNumber(bytes, start);
  }
}

/** The index after the closing quote of the string whose first byte after the opening quote is at `start`. */
export function skipString(bytes: Uint8Array, start: number): number {
  let position = start;
  for (;;) {
    while (IS_PLAIN[bytes[position]!] === 1) position++;
    const byte = bytes[position];
    if (byte === QUOTE) return position + 1;
    if (byte !== BACKSLASH) {
      throw unexpected(bytes, position, CONTROL_CHARACTER, "a string");
    }
    position = skipEscape(bytes, position + 1);
  }
}

const CONTROL_CHARACTER = "control character (\\u0000-\\u001F) found while parsing a string";

function skipEscape(bytes: Uint8Array, start: number): number {
  if (IS_ESCAPE[bytes[start]!] === 1) return start + 1;
  if (bytes[start] !== LOWER_U) throw unexpected(bytes, start, "invalid escape", "a string");
  for (let position = start + 1; position < start + 5; position++) {
    if (IS_HEX[bytes[position]!] !== 1) throw unexpected(bytes, position, "invalid escape", "a string");
  }
  return start + 5;
}

function scanObject(
  bytes: Uint8Array,
  start: number,
  depth: number,
  runs: number[] | undefined,
  inner: InnerMembers | undefined,
): number {
  if (depth > MAX_JSON_DEPTH) throw tooDeep(start);
  let position = skipWhitespace(bytes, start + 1);
  if (bytes[position] === CLOSE_BRACE) return position + 1;
  let endOfInput = "an object";
  for (;;) {
    if (bytes[position] !== QUOTE) throw unexpected(bytes, position, "key must be a string", endOfInput);
    const keyStart = position + 1;
    const keyEnd = skipString(bytes, keyStart) - 1;
    const valueStart = skipColon(bytes, keyEnd + 1);
    const innerRuns = inner?.isKey(bytes, keyStart, keyEnd) ? inner.runs : undefined;
    const valueEnd =
      innerRuns !== undefined && bytes[valueStart] === OPEN_BRACE
        ? scanObject(bytes, valueStart, depth + 1, innerRuns, undefined)
        : skipValue(bytes, valueStart, depth);
    if (runs !== undefined) runs.push(keyStart, keyEnd, valueStart, valueEnd);
    position = skipWhitespace(bytes, valueEnd);
    if (bytes[position] === CLOSE_BRACE) return position + 1;
    if (bytes[position] !== COMMA) throw unexpected(bytes, position, "expected `,` or `}`", "an object");
    position = skipWhitespace(bytes, position + 1);
    if (bytes[position] === CLOSE_BRACE) throw syntaxError("trailing comma", position);
    endOfInput = "a value";
  }
}

function skipColon(bytes: Uint8Array, start: number): number {
  const position = skipWhitespace(bytes, start);
  if (bytes[position] !== COLON) throw unexpected(bytes, position, "expected `:`", "an object");
  return skipWhitespace(bytes, position + 1);
}

function skipArray(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > MAX_JSON_DEPTH) throw tooDeep(start);
  let position = skipWhitespace(bytes, start + 1);
  if (bytes[position] === CLOSE_BRACKET) return position + 1;
  if (position >= bytes.length) throw unexpected(bytes, position, "", "a list");
  for (;;) {
    position = skipWhitespace(bytes, skipValue(bytes, position, depth));
    if (bytes[position] === CLOSE_BRACKET) return position + 1;
    if (bytes[position] !== COMMA) throw unexpected(bytes, position, "expected `,` or `]`", "a list");
    position = skipWhitespace(bytes, position + 1);
    if (bytes[position] === CLOSE_BRACKET) throw syntaxError("trailing comma", position);
  }
}

function skipLiteral(bytes: Uint8Array, start: number, literal: Uint8Array): number {
  for (let index = 1; index < literal.length; index++) {
    if (bytes[start + index] !== literal[index]) {
      throw unexpected(bytes, start + index, "expected ident", "a value");
    }
  }
  return start + literal.length;
}

function skipNumber(bytes: Uint8Array, start: number): number {
  let position = start;
  if (bytes[position] === MINUS) position++;
  if (bytes[position] === ZERO) {
    position++;
    if (IS_DIGIT[bytes[position]!] === 1) throw syntaxError("invalid number", position);
  } else {
    position = skipDigits(bytes, position, position === start ? "expected value" : "invalid number");
  }
  if (bytes[position] === DOT) position = skipDigits(bytes, position + 1, "invalid number");
  let hasExponent = false;
  if ((bytes[position]! | 0x20) === LOWER_E) {
    hasExponent = true;
    position++;
    if (bytes[position] === PLUS || bytes[position] === MINUS) position++;
    position = skipDigits(bytes, position, "invalid number");
  }
  if (hasExponent || position - start > LONGEST_SURELY_FINITE) checkFinite(bytes, start, position);
  return position;
}

/** So many digits without an exponent stay below the largest double. */
const LONGEST_SURELY_FINITE = 308;

/** Every guest would make something else of a number that no double holds. */
function checkFinite(bytes: Uint8Array, start: number, end: number): void {
  const text = new TextDecoder().decode(bytes.subarray(start, end));
  if (!Number.isFinite(Number(text))) throw syntaxError("number out of range", end - 1);
}

function skipDigits(bytes: Uint8Array, start: number, problem: string): number {
  if (IS_DIGIT[bytes[start]!] !== 1) throw unexpected(bytes, start, problem, "a value");
  let position = start + 1;
  while (IS_DIGIT[bytes[position]!] === 1) position++;
  return position;
}

/** The error for the byte at `offset`, or for the end of the input where there is no such byte. */
function unexpected(bytes: Uint8Array, offset: number, problem: string, unfinished: string): ProtocolError {
  return offset < bytes.length
    ? syntaxError(problem, offset)
    : syntaxError(`EOF while parsing ${unfinished}`, bytes.length);
}

function syntaxError(message: string, offset: number): ProtocolError {
  return new ProtocolError(message, { code: "JSON_SYNTAX", offset });
}

function tooDeep(offset: number): ProtocolError {
  return new ProtocolError(`nested deeper than ${MAX_JSON_DEPTH} levels`, { code: "JSON_TOO_DEEP", offset });
}

function table(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
