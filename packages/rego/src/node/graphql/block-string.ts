/** The value of a block string: without the indent that its lines share, and without blank lines at both ends. */
export function blockStringValue(raw: string): string {
  const lines = raw.split("\n");
  const indents = lines.filter((line) => !isBlank(line)).map(indentOf);
  const indent = indents.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  const cut = lines.map((line, index) => (index === 0 || indents.length === 0 ? line : line.slice(indent)));
  const first = cut.findIndex((line) => !isBlank(line));
  const last = cut.findLastIndex((line) => !isBlank(line));
  return first < 0 ? "" : cut.slice(first, last + 1).join("\n");
}

function isBlank(line: string): boolean {
  return indentOf(line) === line.length;
}

function indentOf(line: string): number {
  const length = line.search(/[^\t ]/);
  return length < 0 ? line.length : length;
}
