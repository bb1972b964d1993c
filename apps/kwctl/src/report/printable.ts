/** Text of others for a terminal: control characters, which may move the cursor or hide what was written, are shown. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    escaped,
  );
}

/** The same in one line. */
export function printableLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("\t", " ");
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
