/** Of words that come from elsewhere and stand in a status, the longest that is kept, in characters. */
const maxLength = 1024;

/** The beginning of a text, in one line, short enough for a status. */
export function shortText(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).toWellFormed()}…` : line;
}
