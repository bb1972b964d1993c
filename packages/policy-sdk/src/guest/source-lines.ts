/** Where the lines of a built policy come from: file and line for each, `undefined` for what nobody wrote. */
export interface SourceLines {
  readonly files: readonly string[];
  /** By line of the bundle: index of the file, and the line in it. */
  readonly lines: readonly (readonly [number, number] | null)[];
}

declare global {
  /** Set behind the bundle of a debug build. */
  var __kubewarden_source_lines: SourceLines | undefined;
}

/** A stack of the engine, with the files and lines of the author in place of those of the bundle. */
export function inAuthorsLines(stack: string, source = globalThis.__kubewarden_source_lines): string {
  return stack.replace(/policy\.js:(\d+)(?::\d+)?/g, (place, line: string) => {
    const [file = -1, authorsLine] = source?.lines[Number(line) - 1] ?? [];
    const name = source?.files[file];
    return name === undefined ? place : `${name}:${authorsLine}`;
  });
}
