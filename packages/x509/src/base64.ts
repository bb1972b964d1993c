/**
 * Decodes base64 in groups of four, padded, with line breaks anywhere; the unused bits of the last group do not count.
 * @returns `undefined` for anything else
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/[\r\n]/g, "");
  if (digits.length % 4 !== 0 || /[ \t\f]/.test(digits)) return undefined;
  try {
    return Uint8Array.fromBase64(digits);
  } catch {
    return undefined;
  }
}
