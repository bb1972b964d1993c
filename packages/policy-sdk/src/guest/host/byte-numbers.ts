/** Bytes as hosts take them: a list of numbers; a text is taken as UTF-8. */
export function byteNumbers(source: string | Uint8Array): number[] {
  return [...(typeof source === "string" ? new TextEncoder().encode(source) : source)];
}
