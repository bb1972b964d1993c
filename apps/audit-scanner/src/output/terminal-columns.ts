/** A stream, as far as a progress bar looks at it. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Of a terminal that does not tell: nobody said how wide it is. */
const usualColumns = 80;

/**
 * The width of a terminal, in characters, for a line that is drawn again and again.
 * @returns `undefined` where that is no use: in files and pipes, as in most pipelines, and with `TERM=dumb`. `NO_COLOR` changes
 *   nothing: the line has no colours
 */
export function terminalColumns(
  stream: TerminalStream,
  env: Readonly<Record<string, string | undefined>>,
): (() => number) | undefined {
  if (stream.isTTY !== true || env["TERM"] === "dumb") return undefined;
  return () => stream.columns || usualColumns;
}
