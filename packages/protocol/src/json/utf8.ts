/**
 * The index of the first byte that is not part of well-formed UTF-8 (no overlong forms, no surrogates, at most
 * U+10FFFF), or -1.
 */
export function utf8ErrorOffset(bytes: Uint8Array): number {
  let position = 0;
  for (;;) {
    while (bytes[position]! < 0x80) position++;
    const lead = bytes[position];
    if (lead === undefined) return -1;
    const length = sequenceLength(bytes, position, lead);
    if (length === 0) return position;
    position += length;
  }
}

/** Whether the bytes are well-formed UTF-8. In Node.js, `isUtf8` of `node:buffer` answers the same, faster. */
export function isUtf8(bytes: Uint8Array): boolean {
  return utf8ErrorOffset(bytes) === -1;
}

/** Length of the sequence that begins with a byte from 0x80 on; 0 when it is ill-formed. */
function sequenceLength(bytes: Uint8Array, start: number, lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[start + 1] ?? 0;
  if (lead < 0xe0) return isContinuation(second) ? 2 : 0;
  if (!isSecondByte(lead, second) || !isContinuation(bytes[start + 2] ?? 0)) return 0;
  if (lead < 0xf0) return 3;
  return isContinuation(bytes[start + 3] ?? 0) ? 4 : 0;
}

/** The second byte of three- and four-byte sequences rules out overlong forms, surrogates and too big values. */
function isSecondByte(lead: number, second: number): boolean {
  if (!isContinuation(second)) return false;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second < 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second < 0x90;
  return true;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
