const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes the `%XX` of a path segment; an invalid escape stays as text (policy-server 19.10).
 * @param segment - as Node.js hands it over: one character per byte
 * @returns `undefined` when the bytes are not UTF-8
 */
export function decodeSegment(segment: string): string | undefined {
  const latin1 = segment.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return decoder.decode(Buffer.from(latin1, "latin1"));
  } catch {
    return undefined;
  }
}
