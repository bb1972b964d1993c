import { skipString, skipWhitespace } from "@kubewarden-ts/protocol";
import { COLON, COMMA, QUOTE, SPACE } from "./ascii.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { MemberCursor } from "./walk-json.ts";

/**
 * Writes the JSON text from `start` to `end` without white space between its tokens; strings and numbers stay byte for
 * byte. The text must have been checked.
 */
export function writeCompact(out: ByteWriter, bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  let position = start;
  while (position < end) {
    const byte = bytes[position]!;
    if (byte === QUOTE) {
      position = skipString(bytes, position + 1);
    } else if (byte > SPACE) {
      position++;
    } else {
      if (position > from) out.write(bytes, from, position);
      position = Math.min(skipWhitespace(bytes, position), end);
      from = position;
    }
  }
  if (end > from) out.write(bytes, from, end);
}

/** Writes `,` unless nothing stands after the opening bracket at `openedAt` yet. */
export function writeComma(out: ByteWriter, openedAt: number): void {
  if (out.length > openedAt + 1) out.byte(COMMA);
}

/** Writes a member's key as it stands, and the colon; before them a comma, unless the member is the first. */
export function writeKey(out: ByteWriter, openedAt: number, bytes: Uint8Array, member: MemberCursor): void {
  writeComma(out, openedAt);
  out.write(bytes, member.keyStart - 1, member.keyEnd + 1);
  out.byte(COLON);
}

/** Writes a whole member. */
export function writeMember(
  out: ByteWriter,
  openedAt: number,
  bytes: Uint8Array,
  member: MemberCursor,
): void {
  writeKey(out, openedAt, bytes, member);
  writeCompact(out, bytes, member.valueStart, member.valueEnd);
}
