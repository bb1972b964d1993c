import { BACKSLASH } from "./ascii.ts";

/** `ignoreBOM`: without it, a byte order mark at the front of a string would be taken away. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Longer texts than this are decoded faster by the platform than unit by unit. */
const MAX_SHORT_BYTES = 32;

/**
 * The text of the JSON string whose bytes between the quotes go from `start` to `end`. The bytes must be scanned and
 * UTF-8.
 * @returns `undefined` when an escape stands for half a character (a lone surrogate), which no UTF-8 text can hold
 */
export function decodeJsonString(bytes: Uint8Array, start: number, end: number): string | undefined {
  const short = end - start <= MAX_SHORT_BYTES ? decodePlainAscii(bytes, start, end) : undefined;
  if (short !== undefined) return short;
  if (!hasEscape(bytes, start, end)) return decoder.decode(bytes.subarray(start, end));
  const text = String(JSON.parse(decoder.decode(bytes.subarray(start - 1, end + 1))));
  return text.isWellFormed() ? text : undefined;
}

/** Whether the bytes of a JSON string, from `start` to `end`, hold a backslash. */
export function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let position = start; position < end; position++) {
    if (bytes[position] === BACKSLASH) return true;
  }
  return false;
}

/** Decodes what is not a JSON string, such as a number, as it stands. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

function decodePlainAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let position = start; position < end; position++) {
    const byte = bytes[position]!;
    if (byte >= 0x80 || byte === BACKSLASH) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
