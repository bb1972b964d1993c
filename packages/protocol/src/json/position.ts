import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, LINE_FEED, OPEN_BRACE, OPEN_BRACKET } from "./ascii.ts";
import { skipValue, skipWhitespace } from "./scanner.ts";
import { decodeJsonString } from "./text.ts";

/**
 * Where reading stopped, in the words of an error message.
 * @param consumed - bytes read, the offending one included
 * @returns `line L column C`: lines count from 1, columns are the bytes read of that line
 */
export function describePosition(bytes: Uint8Array, consumed: number): string {
  const end = Math.min(consumed, bytes.length);
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < end; index++) {
    if (bytes[index] !== LINE_FEED) continue;
    line++;
    lineStart = index + 1;
  }
  return `line ${line} column ${end - lineStart}`;
}

interface Level {
  kind: "object" | "array";
  /** Of the member whose value is being read; `undefined` between members. */
  key: string | undefined;
  index: number;
}

/**
 * The place in a document that a problem at `offset` belongs to, such as `request.object.items[3]`; `?` stands for a
 * member whose key is not known yet. Everything before `offset` must be free of syntax errors.
 * @returns `""` for the document itself
 */
export function pathAt(bytes: Uint8Array, offset: number): string {
  const levels: Level[] = [];
  let position = skipWhitespace(bytes, 0);
  while (position < offset) position = skipWhitespace(bytes, readToken(bytes, position, offset, levels));
  const path = levels.map(segment).join("").replace(/^\./, "");
  return /^[?.]*$/.test(path) ? "" : path;
}

function segment({ kind, key, index }: Level): string {
  return kind === "object" ? `.${key ?? "?"}` : `[${index}]`;
}

/** Returns the index after the token, or `offset` when the problem lies in it. */
function readToken(bytes: Uint8Array, position: number, offset: number, levels: Level[]): number {
  switch (bytes[position]) {
    case OPEN_BRACE:
      levels.push({ kind: "object", key: undefined, index: 0 });
      return position + 1;
    case OPEN_BRACKET:
      levels.push({ kind: "array", key: undefined, index: 0 });
      return position + 1;
    case CLOSE_BRACE:
    case CLOSE_BRACKET:
      levels.pop();
      finishValue(levels.at(-1));
      return position + 1;
    case COMMA:
      advance(levels.at(-1));
      return position + 1;
    case COLON:
      return position + 1;
    default:
      return readScalar(bytes, position, offset, levels.at(-1));
  }
}

function readScalar(bytes: Uint8Array, position: number, offset: number, level: Level | undefined): number {
  const end = endOfScalar(bytes, position);
  if (end > offset) return offset;
  if (level?.kind === "object" && level.key === undefined) {
    level.key = decodeJsonString(bytes, position + 1, end - 1);
  } else {
    finishValue(level);
  }
  return end;
}

function endOfScalar(bytes: Uint8Array, position: number): number {
  try {
    return skipValue(bytes, position, 0);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function finishValue(level: Level | undefined): void {
  if (level !== undefined) level.key = undefined;
}

function advance(level: Level | undefined): void {
  if (level !== undefined) level.index++;
}
