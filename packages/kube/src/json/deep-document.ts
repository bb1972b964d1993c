import { skipString, skipValue, skipWhitespace } from "@kubewarden-ts/protocol";
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii.ts";

/** The API server takes objects of 10,000 levels; a list and an event stand around them. */
const maxDepth = 10_100;

/**
 * Checks that the bytes are one JSON document, however deep: without recursion, so that nobody's object can stop the
 * list that it stands in.
 * @throws {ProtocolError} for a scalar or a string that is none
 * @throws {SyntaxError}
 */
export function checkDeepDocument(bytes: Uint8Array): void {
  const isObject = new Uint8Array(maxDepth);
  let depth = 0;
  let position = skipWhitespace(bytes, 0);
  for (;;) {
    const opened = bytes[position];
    if (opened === OPEN_BRACE || opened === OPEN_BRACKET) {
      if (depth === maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth} levels`);
      isObject[depth++] = opened === OPEN_BRACE ? 1 : 0;
      position = skipWhitespace(bytes, position + 1);
      if (bytes[position] !== closing(isObject, depth)) {
        position = beginning(bytes, position, isObject, depth);
        continue;
      }
    } else {
      position = skipWhitespace(bytes, skipValue(bytes, position, 0));
    }
    while (depth > 0 && bytes[position] === closing(isObject, depth)) {
      depth--;
      position = skipWhitespace(bytes, position + 1);
    }
    if (depth === 0) return checkEnd(bytes, position);
    if (bytes[position] !== COMMA) throw unexpected(position);
    position = beginning(bytes, skipWhitespace(bytes, position + 1), isObject, depth);
  }
}

function closing(isObject: Uint8Array, depth: number): number {
  return isObject[depth - 1] === 1 ? CLOSE_BRACE : CLOSE_BRACKET;
}

/** Where the next value begins: in an object, behind its key. */
function beginning(bytes: Uint8Array, start: number, isObject: Uint8Array, depth: number): number {
  if (isObject[depth - 1] !== 1) return start;
  if (bytes[start] !== QUOTE) throw unexpected(start);
  const colon = skipWhitespace(bytes, skipString(bytes, start + 1));
  if (bytes[colon] !== COLON) throw unexpected(colon);
  return skipWhitespace(bytes, colon + 1);
}

function checkEnd(bytes: Uint8Array, position: number): void {
  if (position < bytes.length) throw unexpected(position);
}

function unexpected(position: number): SyntaxError {
  return new SyntaxError(`unexpected byte at ${position}`);
}

/**
 * The index after the value that begins at `start`. Like `skipValue`, for a document that was checked: it counts brackets
 * only, however many.
 */
export function skipChecked(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipValue(bytes, start, 0);
  let depth = 0;
  let position = start;
  do {
    switch (bytes[position]) {
      case QUOTE:
        position = skipString(bytes, position + 1);
        continue;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
    }
    position++;
  } while (depth > 0);
  return position;
}
