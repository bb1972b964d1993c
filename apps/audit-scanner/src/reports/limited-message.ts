/** Longest message of a result, in bytes of UTF-8 (audit-and-reports.md 4.7). */
export const maxMessageBytes = 4096;
/** Ends a message that was cut. */
export const cutMark = " … (cut)";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message that is no longer than a report takes; what was cut says so. A message that fits stays as it is. */
export function limitedMessage(message: string): string {
  const text = message.toWellFormed();
  if (text.length * 3 <= maxMessageBytes) return text; // no UTF-16 unit takes more than three bytes
  const bytes = encoder.encode(text);
  if (bytes.length <= maxMessageBytes) return text;
  let end = maxMessageBytes - encoder.encode(cutMark).length;
  while (isInsideCharacter(bytes[end])) end--;
  return decoder.decode(bytes.subarray(0, end)) + cutMark;
}

/** Whether the byte goes on with a character that began before it. */
function isInsideCharacter(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
