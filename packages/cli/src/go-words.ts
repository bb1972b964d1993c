import type { FlagTable } from "./flag.ts";
import { goBoolean } from "./go-boolean.ts";

/**
 * Rewrites a command line in the style of Go's `flag` package for {@link parseCommandLine}, up to the first word that is
 * no flag: one dash or two, a value after `=` or as the next word whatever that begins with, a switch as `--x` or with
 * one of Go's texts for true and false, and of a flag given more than once the last one counts.
 * @example goWords(table, ["-leader-elect=T", "--port", "1", "--port=2"]) // ["--leader-elect=true", "--port=2"]
 */
export function goWords(flags: FlagTable, argv: readonly string[]): string[] {
  const last = new Map<string, string>();
  let position = 0;
  for (; position < argv.length; position++) {
    const word = argv[position] ?? "";
    if (word === "--" || !/^--?[^-]/.test(word)) break;
    const { name, attached } = splitWord(word);
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    // one after the other, so that what is given again moves to the end
    last.delete(name);
    if (flag === undefined) {
      last.set(name, unknownWord(name, attached));
    } else if (flag.type === "boolean") {
      const text = attached ?? "true";
      // any other text is left for the parser to refuse
      last.set(name, `--${name}=${goBoolean(text) ?? text}`);
    } else if (attached !== undefined || position + 1 < argv.length) {
      last.set(name, `--${name}=${attached ?? argv[++position]}`);
    } else {
      last.set(name, `--${name}`);
    }
  }
  return [...last.values(), ...argv.slice(position)];
}

function splitWord(word: string): { name: string; attached: string | undefined } {
  const text = word.replace(/^--?/, "");
  const equals = text.indexOf("=");
  return equals < 0
    ? { name: text, attached: undefined }
    : { name: text.slice(0, equals), attached: text.slice(equals + 1) };
}

/** `-h` stays what it is, and `-help` is what Go calls it. */
function unknownWord(name: string, attached: string | undefined): string {
  const value = attached === undefined ? "" : `=${attached}`;
  return name === "h" || name === "V" ? `-${name}${value}` : `--${name}${value}`;
}
