const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};

/** Control characters, line and paragraph separators, lone surrogates, invisible and direction-changing characters. */
const unprintable = /["\\]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text in quotes with Rust's escapes, as logs show values: it never breaks a line or colours a terminal. */
export function quotedText(text: string): string {
  return `"${text.replace(unprintable, escaped)}"`;
}

/** A log message: it stands without quotes, so only what breaks the line or the terminal is escaped. */
export function messageText(text: string): string {
  return text.replace(unprintable, (character) =>
    character === '"' || character === "\\" || character === "\t" ? character : escaped(character),
  );
}

function escaped(character: string): string {
  return escapes[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
