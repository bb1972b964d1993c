const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8 as Go does when it writes text: each byte that does not fit becomes one replacement character. */
export function decodeGoText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

function decodeBroken(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let position = 0; position < bytes.length; ) {
    const character = characterAt(bytes, position);
    parts.push(character?.text ?? "\ufffd");
    position += character?.length ?? 1;
  }
  return parts.join("");
}

/** The character that begins at a byte, if one does. */
function characterAt(bytes: Uint8Array, position: number): { text: string; length: number } | undefined {
  const first = bytes[position]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    const text = strict.decode(bytes.subarray(position, position + length));
    return { text, length };
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8, as a text with one character for each byte. */
export function byteTextOf(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : latin1Of(encoder.encode(text));
}

/** The text that {@link byteTextOf} gave, or another one whose characters are bytes. */
export function textOfBytes(byteText: string): string {
  if (/^[\x00-\x7f]*$/.test(byteText)) return byteText;
  return decodeGoText(Uint8Array.from(byteText, (character) => character.charCodeAt(0)));
}

function latin1Of(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return parts.join("");
}
