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
