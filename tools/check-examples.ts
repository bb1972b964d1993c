import { posix } from "node:path";

/** A piece of TypeScript that must run to its end with exit code 0. */
export interface Example {
  /** a file of its own, or a block in a document */
  kind: "script" | "block";
  /** what a failure names: the file, with the line for a block of a document */
  name: string;
  /** the folder, from the root, in which it runs */
  folder: string;
  code: string;
}

const RUN_BLOCK = /^```ts run\n(?<code>.*?)^```$/gms;

/**
 * The scripts of `examples/`, and the blocks of all Markdown files that start with three backticks and `ts run`.
 * Each holds an assertion of its own.
 */
export function examplesOf(files: ReadonlyMap<string, string>): Example[] {
  return [...files].flatMap(([path, text]) => {
    if (path.startsWith("examples/") && path.endsWith(".ts")) {
      return [{ kind: "script", name: path, folder: posix.dirname(path), code: text }];
    }
    return path.endsWith(".md") ? blocksOf(path, text) : [];
  });
}

/** Examples that check nothing: running them would prove nothing. */
export function withoutAssertion(examples: readonly Example[]): string[] {
  return examples
    .filter(({ code }) => !/\bassert\b/.test(code))
    .map(({ name }) => `${name}: asserts nothing`);
}

function blocksOf(path: string, text: string): Example[] {
  return [...text.matchAll(RUN_BLOCK)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length;
    return {
      kind: "block",
      name: `${path}:${line}`,
      folder: posix.dirname(path),
      code: match.groups?.["code"] ?? "",
    };
  });
}
