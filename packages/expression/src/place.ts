/** Where something stands in the text of an expression. */
export interface Place {
  /** From 1 on. */
  readonly line: number;
  /** Unicode characters within the line, from 1 on. */
  readonly position: number;
}

/** The place right after `text`, which begins at `start`. */
export function advance({ line, position }: Place, text: string): Place {
  const lines = text.split("\n");
  const last = [...lines.at(-1)!].length;
  return lines.length === 1
    ? { line, position: position + last }
    : { line: line + lines.length - 1, position: last + 1 };
}
