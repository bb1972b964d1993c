import { ProtocolError } from "../errors.ts";
import { OPEN_BRACE } from "../json/ascii.ts";
import {
  type InnerMembers,
  type MemberRuns,
  scanEnd,
  scanMembers,
  skipString,
  skipValue,
  skipWhitespace,
} from "../json/scanner.ts";
import { utf8ErrorOffset } from "../json/utf8.ts";
import type { Place } from "./shape.ts";

/** A whole body, checked. */
export interface ScannedDocument {
  root: Place;
  /** `undefined` when the document is not an object. */
  members: MemberRuns | undefined;
}

/**
 * Checks a whole body, before anybody looks at its shape.
 * @throws {ProtocolError} `JSON_SYNTAX`, `JSON_TOO_DEEP`, `JSON_NOT_UTF8`
 */
export function scanBody(
  bytes: Uint8Array,
  isUtf8: (bytes: Uint8Array) => boolean,
  inner?: InnerMembers,
): ScannedDocument {
  const start = skipWhitespace(bytes, 0);
  const scanned = bytes[start] === OPEN_BRACE ? scanMembers(bytes, start, inner) : undefined;
  const end = scanned?.end ?? skipValue(bytes, start, 0);
  scanEnd(bytes, end);
  if (!isUtf8(bytes)) throw notUtf8(bytes);
  return { root: { bytes, start, end, path: "" }, members: scanned?.runs };
}

/** Points at the closing quote: a string is judged when all of it is read. */
function notUtf8(bytes: Uint8Array): ProtocolError {
  const offset = skipString(bytes, utf8ErrorOffset(bytes)) - 1;
  return new ProtocolError("invalid unicode code point", { code: "JSON_NOT_UTF8", offset });
}
