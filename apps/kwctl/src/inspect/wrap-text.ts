const fence = /^\s*(```|~~~)/;

/**
 * Breaks lines of Markdown at blanks. Code blocks, tables and words that are too long stay as they are.
 * @param width - in characters
 */
export function wrapText(text: string, width: number): string {
  let inCode = false;
  const lines = text.split("\n").map((line) => {
    if (fence.test(line)) inCode = !inCode;
    return inCode || line.startsWith("    ") || line.startsWith("|") ? line : wrapLine(line, width);
  });
  return lines.join("\n");
}

function wrapLine(line: string, width: number): string {
  if (line.length <= width) return line;
  const [first = "", ...words] = line.split(" ");
  const lines: string[] = [];
  let current = first;
  for (const word of words) {
    if (current.length + 1 + word.length <= width) current += ` ${word}`;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current].join("\n");
}
