import type { Flag, FlagTable } from "./flag.ts";
import { formatFlag } from "./flag.ts";
import { type Problem, problem } from "./problem.ts";
import { mostSimilar } from "./similar.ts";

/** Which words a command understands. */
export interface Vocabulary {
  readonly flags: FlagTable;
  /** Flags of the root command that are understood in their long form. */
  readonly inherited: FlagTable;
  readonly subcommands: readonly string[];
  readonly hasVersion: boolean;
}

/** The words of one command, sorted by what they are; values are still text. */
export interface SortedWords {
  readonly kind: "words";
  /** Texts by flag name; a boolean flag without a value has the text `true`. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  /** The subcommand that ends the words of this command, and the words that are left for it. */
  readonly subcommand: { readonly name: string; readonly rest: readonly string[] } | undefined;
}

type Interruption = { readonly kind: "help" } | { readonly kind: "version"; readonly long: boolean };

interface State {
  readonly vocabulary: Vocabulary;
  readonly words: readonly string[];
  position: number;
  readonly given: Map<string, string[]>;
  readonly positionals: string[];
}

/** Sorts words up to the first subcommand, in order; `-h` and `-V` end the reading where they stand. */
export function sortWords(
  words: readonly string[],
  vocabulary: Vocabulary,
): SortedWords | Interruption | Problem {
  const state: State = { vocabulary, words, position: 0, given: new Map(), positionals: [] };
  for (let word = nextWord(state); word !== undefined; word = nextWord(state)) {
    if (word === "--") {
      state.positionals.push(...words.slice(state.position));
      break;
    }
    if (isFlag(word)) {
      const stop = word.startsWith("--") ? readLongFlag(state, word) : readShortFlags(state, word);
      if (stop !== undefined) return stop;
    } else if (vocabulary.subcommands.includes(word) && state.positionals.length === 0) {
      const subcommand = { name: word, rest: words.slice(state.position) };
      return { kind: "words", given: state.given, positionals: [], subcommand };
    } else {
      state.positionals.push(word);
    }
  }
  return { kind: "words", given: state.given, positionals: state.positionals, subcommand: undefined };
}

function nextWord(state: State): string | undefined {
  return state.words[state.position++];
}

/** A lone `-` is a value: it stands for standard input. */
function isFlag(word: string): boolean {
  return word.startsWith("-") && word.length > 1;
}

function readLongFlag(state: State, word: string): Interruption | Problem | undefined {
  const equals = word.indexOf("=");
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const { flags, inherited, hasVersion } = state.vocabulary;
  const flag = own(flags, name) ?? own(inherited, name);
  if (flag !== undefined) return takeValues(state, name, flag, attached);
  if (name === "help") return { kind: "help" };
  if (name === "version" && hasVersion) return { kind: "version", long: true };
  const similar = mostSimilar(name, [...Object.keys(flags), ...Object.keys(inherited), "help"]);
  const tip = similar === undefined ? undefined : `a similar argument exists: '--${similar}'`;
  return problem(`unexpected argument '--${name}' found`, tip);
}

/** `-v`, `-vk KEY`, `-kKEY`, `-k=KEY`. */
function readShortFlags(state: State, word: string): Interruption | Problem | undefined {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const found = Object.entries(state.vocabulary.flags).find(([, { short }]) => short === letter);
    if (found === undefined) {
      if (letter === "h") return { kind: "help" };
      if (letter === "V" && state.vocabulary.hasVersion) return { kind: "version", long: false };
      return problem(`unexpected argument '-${letter}' found`);
    }
    const [name, flag] = found;
    const rest = word.slice(index + 1);
    const takesRest = rest !== "" && (flag.type !== "boolean" || rest.startsWith("="));
    const attached = takesRest ? rest.replace(/^=/, "") : undefined;
    const stop = takeValues(state, name, flag, attached);
    if (stop !== undefined || takesRest) return stop;
  }
  return undefined;
}

function takeValues(
  state: State,
  name: string,
  flag: Flag,
  attached: string | undefined,
): Problem | undefined {
  const before = state.given.get(name);
  if (before !== undefined && !isRepeatable(flag)) {
    return problem(`the argument '${formatFlag(name, flag)}' cannot be used multiple times`);
  }
  const values = attached === undefined ? followingValues(state, flag) : [attached];
  if (values === undefined) {
    return problem(`a value is required for '${formatFlag(name, flag)}' but none was supplied`);
  }
  state.given.set(name, [...(before ?? []), ...values]);
  return undefined;
}

/** The words after a flag that are its values; `undefined` when one is needed and missing. */
function followingValues(state: State, flag: Flag): string[] | undefined {
  if (flag.type === "boolean") return ["true"];
  const values: string[] = [];
  const most = flag.type === "string" && flag.greedy ? Number.POSITIVE_INFINITY : 1;
  while (values.length < most) {
    const word = state.words[state.position];
    if (word === undefined || isFlag(word)) break;
    values.push(word);
    state.position++;
  }
  return values.length === 0 && most === 1 ? undefined : values;
}

function isRepeatable(flag: Flag): boolean {
  return flag.type === "string" && (flag.repeatable === true || flag.greedy === true);
}

function own(table: FlagTable, name: string): Flag | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
