/** Forms of base64 by their Go names. */
export type Base64Form = "Std" | "URL" | "RawStd" | "RawURL";

/**
 * Decodes base64 as Go does: line breaks may stand anywhere, and the unused bits of the last group do not count.
 * @param form - `URL` has `-` and `_`, `Raw` no padding
 * @returns `undefined` for anything else
 */
export function decodeGoBase64(text: string, form: Base64Form): Uint8Array | undefined {
  const digits = text.replaceAll(/[\r\n]/g, "");
  const body = form.startsWith("Raw") ? digits : unpadded(digits);
  const isAlphabet = form.endsWith("URL") ? /^[A-Za-z0-9_-]*$/ : /^[A-Za-z0-9+/]*$/;
  if (body === undefined || body.length % 4 === 1 || !isAlphabet.test(body)) return undefined;
  return Buffer.from(body, form.endsWith("URL") ? "base64url" : "base64");
}

/** Without the padding, which must fill the last group of four. */
function unpadded(digits: string): string | undefined {
  if (digits.length % 4 !== 0) return undefined;
  return digits.endsWith("==") ? digits.slice(0, -2) : digits.endsWith("=") ? digits.slice(0, -1) : digits;
}
