import { skipString, skipWhitespace } from "@kubewarden-ts/protocol";
import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACKET } from "./ascii.ts";
import { skipChecked } from "./deep-document.ts";

// Walks JSON that was checked before, without a list of what it finds: thousands of objects are read at once, and what
// is thrown away for each of them makes the process grow.

/** Where one member of an object stands; moved along by {@link nextMember}. */
export interface MemberCursor {
  /** inside the quotes */
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
}

/**
 * A cursor before the first member of the object whose brace opens at `start`.
 * @example const member = beforeMembers(start); while (nextMember(bytes, member)) { … }
 */
export function beforeMembers(start: number): MemberCursor {
  return { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: start };
}

/** Moves to the next member; false when there is none. */
export function nextMember(bytes: Uint8Array, cursor: MemberCursor): boolean {
  // behind the brace or the last value; then, unless it is the first member, behind the comma
  const isFirst = cursor.keyEnd === 0;
  let position = skipWhitespace(bytes, isFirst ? cursor.valueEnd + 1 : cursor.valueEnd);
  if (bytes[position] === CLOSE_BRACE) return false;
  if (!isFirst) position = skipWhitespace(bytes, position + 1);
  cursor.keyStart = position + 1;
  cursor.keyEnd = skipString(bytes, cursor.keyStart) - 1;
  cursor.valueStart = skipWhitespace(bytes, skipWhitespace(bytes, cursor.keyEnd + 1) + 1);
  cursor.valueEnd = skipChecked(bytes, cursor.valueStart);
  return true;
}

/** Calls `visit` with start and end of each element of the array that begins at `start`. */
export function walkElements(
  bytes: Uint8Array,
  start: number,
  visit: (elementStart: number, elementEnd: number) => void,
): void {
  if (bytes[start] !== OPEN_BRACKET) return;
  let position = skipWhitespace(bytes, start + 1);
  while (bytes[position] !== CLOSE_BRACKET) {
    const end = skipChecked(bytes, position);
    visit(position, end);
    position = skipWhitespace(bytes, end);
    if (bytes[position] === CLOSE_BRACKET) return;
    position = skipWhitespace(bytes, position + 1);
  }
}
