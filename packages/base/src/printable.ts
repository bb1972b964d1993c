/** Control characters but tab and line feed, other line ends, and marks that turn the direction of what follows. */
const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of others for a terminal: characters that may move the cursor, or hide or reorder what is written, are shown as
 * `\uXXXX`. What JSON or a double-quoted text of YAML means stays the same.
 * @param show - how a character is shown instead
 */
export function printable(text: string, show: (character: string) => string = escaped): string {
  return text.replace(unprintable, show);
}

/** The same in one line. */
export function printableLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("\t", " ");
}

/** Whether a terminal shows a text as it is, line by line. */
export function isPrintable(text: string): boolean {
  return text.search(unprintable) === -1;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
