import type { LogLine, LogValue } from "@kubewarden-ts/base";

/** Characters of a text in one log line: what is longer is a document, and nobody reads it in a log. */
const maxTextLength = 8192;

/** Shortens the texts of a line that a guest had a hand in, so that no guest fills the log with a few lines. */
export function boundedLine(line: LogLine): LogLine {
  const fields = Object.entries(line.fields).map(([name, value]): [string, LogValue] => [
    name,
    bounded(value),
  ]);
  return { ...line, message: cut(line.message), fields: Object.fromEntries(fields) };
}

function bounded(value: LogValue): LogValue {
  return typeof value === "string" ? cut(value) : value;
}

function cut(text: string): string {
  return text.length <= maxTextLength
    ? text
    : `${text.slice(0, maxTextLength)}… (cut, ${text.length} characters)`;
}
