import type { Flag, FlagTable } from "./flag.ts";
import { goBoolean } from "./go-boolean.ts";

/** A command line that `parseCommandLine` takes as it is, or what is wrong with it in the words of Go's `pflag`. */
export type PflagWords =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "problem"; readonly message: string };

interface Given {
  readonly flag: Flag;
  readonly texts: string[];
}

/**
 * Reads a command line as programs do that are written with Go's `pflag`: a value after `=`, as the rest of short flags
 * or as the next word whatever that begins with; of a flag given more than once the last one counts, and lists
 * accumulate. Words that are no flags are passed over (audit-and-reports.md 1.1). For Go's own `flag` package: `goWords`.
 * @example pflagWords(table, ["-ca", "-i", "a,b", "-i=c"]) // ["--cluster=true", …, "--ignore-namespaces=a,b,c"]
 */
export function pflagWords(flags: FlagTable, argv: readonly string[]): PflagWords {
  const given = new Map<string, Given>();
  const words: IteratorObject<string, undefined> = argv.values();
  for (const word of words) {
    if (word === "--") break;
    if (word === "--help" || word === "--version") return { kind: "words", words: [word] };
    if (!word.startsWith("-") || word === "-") continue;
    const message = word.startsWith("--")
      ? takeLong(flags, { word, rest: words, given })
      : takeShort(flags, { word, rest: words, given });
    if (message === "help") return { kind: "words", words: ["--help"] };
    if (message !== undefined) return { kind: "problem", message };
  }
  const written = [...given].map(
    ([name, { flag, texts }]) => `--${name}=${flag.type === "list" ? texts.join() : texts.at(-1)}`,
  );
  return { kind: "words", words: written };
}

interface Reading {
  readonly word: string;
  readonly rest: Iterator<string, undefined>;
  readonly given: Map<string, Given>;
}

/** @returns what is wrong */
function takeLong(flags: FlagTable, { word, rest, given }: Reading): string | undefined {
  const [, name = "", , attached] = /^--([^=]*)(=(.*))?$/s.exec(word) ?? [];
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (name === "" || name.startsWith("-")) return `bad flag syntax: ${word}`;
  if (flag === undefined) return `unknown flag: --${name}`;
  const text = attached ?? (flag.type === "boolean" ? "true" : rest.next().value);
  if (text === undefined) return `flag needs an argument: --${name}`;
  return take(`--${name}`, { name, flag, text, given });
}

/** `-c`, `-cn web`, `-nweb`, `-n=web`, `-c=false`. @returns what is wrong */
function takeShort(flags: FlagTable, { word, rest, given }: Reading): string | undefined {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const [name, flag] = Object.entries(flags).find(([, { short }]) => short === letter) ?? [];
    if (name === undefined || flag === undefined)
      return letter === "h" ? "help" : `unknown shorthand flag: '${letter}' in ${word}`;
    const tail = word.slice(index + 1);
    const title = `-${letter}, --${name}`;
    if (flag.type === "boolean" && !tail.startsWith("=")) {
      given.set(name, { flag, texts: ["true"] });
      continue;
    }
    const text = tail === "" ? rest.next().value : tail.replace(/^=/, "");
    if (text === undefined) return `flag needs an argument: '${letter}' in ${word}`;
    return take(title, { name, flag, text, given });
  }
  return undefined;
}

/** @returns what is wrong */
function take(
  title: string,
  { name, flag, text, given }: { name: string; flag: Flag; text: string; given: Map<string, Given> },
): string | undefined {
  const value = flag.type === "boolean" ? goBoolean(text) : text;
  const reason =
    value === undefined ? `strconv.ParseBool: parsing ${quoted(text)}: invalid syntax` : fault(flag, text);
  if (flag.type === "enum" && reason !== undefined) return `invalid ${name} '${text}': ${reason}`;
  if (value === undefined || reason !== undefined)
    return `invalid argument ${quoted(text)} for "${title}" flag: ${reason}`;
  const before = flag.type === "list" ? (given.get(name)?.texts ?? []) : [];
  const texts = flag.type === "list" ? value.split(",").filter((item) => item !== "") : [value];
  given.set(name, { flag, texts: [...before, ...texts] });
  return undefined;
}

function fault(flag: Flag, text: string): string | undefined {
  if (flag.type === "enum") {
    const last = flag.values.at(-1);
    const others = flag.values.slice(0, -1).map((value) => `'${value}'`);
    return flag.values.includes(text) ? undefined : `supported values are ${others.join(", ")} and '${last}'`;
  }
  if (flag.type !== "number") return undefined;
  if (!/^[+-]?\d+$/.test(text)) return `strconv.ParseInt: parsing ${quoted(text)}: invalid syntax`;
  const { min = 0, max = 2 ** 31 - 1 } = flag;
  return Number(text) < min || Number(text) > max ? `expected ${min} to ${max}` : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
