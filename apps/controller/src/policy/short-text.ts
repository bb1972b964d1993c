/** Of words that come from elsewhere and stand in a status, the longest that is kept, in characters. */
const maxLength = 1024;

/**
 * The beginning of a text, in one line, short enough for a status. Of what a terminal would obey, or show in another order,
 * nothing is left: the words may be those of a guest or of a registry.
 */
export function shortText(text: string): string {
  // the words may be megabytes
  const line = text
    .slice(0, 4 * maxLength)
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "\u{fffd}");
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).toWellFormed()}…` : line;
}
