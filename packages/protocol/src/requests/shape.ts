import {
  CLOSE_BRACKET,
  COMMA,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "../json/ascii.ts";
import { type KnownKeys, keyIndex } from "../json/known-keys.ts";
import { type MemberRuns, scanMembers, skipValue, skipWhitespace } from "../json/scanner.ts";
import { decodeJsonString, decodeText } from "../json/text.ts";

/** Thrown by the readers of this folder alone, and caught by its entry points. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
  /** Of the value, such as `request.userInfo.groups[0]`; empty for the whole document. */
  readonly path: string;
  /** Bytes of the body that were read when the problem showed. */
  readonly consumed: number;
  /** A string that is no Unicode text counts as bad JSON (400), everything else as a wrong shape (422). */
  readonly status: 400 | 422;

  constructor(message: string, place: { path: string; consumed: number; status?: 400 | 422 }) {
    super(message);
    this.path = place.path;
    this.consumed = place.consumed;
    this.status = place.status ?? 422;
  }
}

/** A value in a scanned body: its bytes go from `start` to `end`. */
export interface Place {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly path: string;
}

/** The place of a member of the object at `parent`. */
export function memberPlace(parent: Place, name: string, start: number, end: number): Place {
  const path = parent.path === "" ? name : `${parent.path}.${name}`;
  return { bytes: parent.bytes, start, end, path };
}

export function isNull(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === LOWER_N;
}

export function readString(place: Place): string {
  const { bytes, start, end, path } = place;
  if (bytes[start] !== QUOTE) throw wrongType(place, "a string");
  const text = decodeJsonString(bytes, start + 1, end - 1);
  if (text === undefined) {
    throw new ShapeError("unexpected end of hex escape", { path, consumed: end, status: 400 });
  }
  return text;
}

export function readStrings(place: Place): string[] {
  const { bytes, path } = place;
  if (bytes[place.start] !== OPEN_BRACKET) throw wrongType(place, "a sequence");
  const texts: string[] = [];
  let start = skipWhitespace(bytes, place.start + 1);
  while (bytes[start] !== CLOSE_BRACKET) {
    const end = skipValue(bytes, start, 0);
    texts.push(readString({ bytes, start, end, path: `${path}[${texts.length}]` }));
    start = skipWhitespace(bytes, end);
    if (bytes[start] === COMMA) start = skipWhitespace(bytes, start + 1);
  }
  return texts;
}

export function readBoolean(place: Place): boolean {
  const first = place.bytes[place.start];
  if (first !== LOWER_T && first !== LOWER_F) throw wrongType(place, "a boolean");
  return first === LOWER_T;
}

/**
 * Visits the known members of a scanned object in the order of the text.
 * @param runs - members of the object at `parent`
 * @param visit - gets the name and the bounds of the value
 * @throws {ShapeError} when a known key stands twice: host and guest must never see two different requests
 */
export function visitKnown<Name extends string>(
  parent: Place,
  runs: MemberRuns,
  keys: KnownKeys<Name>,
  visit: (name: Name, start: number, end: number) => void,
): void {
  const { bytes, path } = parent;
  let seen = 0;
  for (let run = 0; run < runs.length; run += 4) {
    const keyEnd = runs[run + 1]!;
    const index = keyIndex(keys, bytes, runs[run]!, keyEnd);
    if (index === -1) continue;
    const name = keys.names[index]!;
    if ((seen & (1 << index)) !== 0) {
      throw new ShapeError(`duplicate field \`${name}\``, { path, consumed: keyEnd + 1 });
    }
    seen |= 1 << index;
    visit(name, runs[run + 2]!, runs[run + 3]!);
  }
}

/** The members of the object at `place`. @param expected - what an error calls it */
export function membersOf(place: Place, expected: string): MemberRuns {
  if (place.bytes[place.start] !== OPEN_BRACE) throw wrongType(place, expected);
  return scanMembers(place.bytes, place.start).runs;
}

export function missingField(name: string, { path, end }: Place): ShapeError {
  return new ShapeError(`missing field \`${name}\``, { path, consumed: end });
}

export function wrongType(place: Place, expected: string): ShapeError {
  const { path, end } = place;
  return new ShapeError(`invalid type: ${describe(place)}, expected ${expected}`, { path, consumed: end });
}

/** A message names what is there; it does not send a whole document back. */
const MAX_SHOWN_BYTES = 256;

function describe({ bytes, start, end }: Place): string {
  const text =
    decodeText(bytes, start, Math.min(end, start + MAX_SHOWN_BYTES)) +
    (end - start > MAX_SHOWN_BYTES ? "…" : "");
  switch (text[0]) {
    case "{":
      return "map";
    case "[":
      return "sequence";
    case '"':
      return `string ${text}`;
    case "n":
      return "null";
    case "t":
    case "f":
      return `boolean \`${text}\``;
    default:
      return /[.eE]/.test(text) ? `floating point \`${text}\`` : `integer \`${text}\``;
  }
}
