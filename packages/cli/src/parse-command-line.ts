import { type ArgumentValue, formatArgument, readArgument } from "./argument.ts";
import type { Command } from "./command.ts";
import { type FlagTable, type FlagValue, formatFlag } from "./flag.ts";
import { type ResolvedFlags, resolveFlags } from "./flag-resolution.ts";
import { helpText } from "./help.ts";
import { isProblem, type Problem, problem } from "./problem.ts";
import { mostSimilar } from "./similar.ts";
import { hasSubcommands, type Place, usageError } from "./usage.ts";
import { type SortedWords, sortWords } from "./words.ts";

/** What a command line asks for. Texts end with a newline. */
export type ParsedCommandLine<Deps extends object = object> =
  | {
      readonly kind: "run";
      readonly command: Command<Deps>;
      /** The words that lead to the command, the program's name first. */
      readonly path: readonly string[];
      readonly args: readonly ArgumentValue[];
      readonly flags: Readonly<Record<string, FlagValue>>;
      /** The root command's flags; equal to `flags` when the root command itself runs. */
      readonly globals: Readonly<Record<string, FlagValue>>;
    }
  | { readonly kind: "help" | "version"; readonly text: string }
  | { readonly kind: "usage-error"; readonly text: string; readonly exitCode: 2 };

type Environment = Readonly<Record<string, string | undefined>>;
type Given = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a command line; nothing is run or written. Usage errors have clap's layout and first lines
 * (kwctl-and-oci.md 1).
 * @param root - the program's root command
 * @param argv - without the program itself: `process.argv.slice(2)`
 */
export function parseCommandLine<Deps extends object>(
  root: Command<Deps>,
  argv: readonly string[],
  env: Environment,
): ParsedCommandLine<Deps> {
  const rootPath = [root.name ?? "program"];
  if (argv.length === 0 && root.run === undefined) {
    return { kind: "usage-error", text: helpText({ command: root, path: rootPath }), exitCode: 2 };
  }
  let [command, path, words, rootGiven]: [Command<Deps>, readonly string[], readonly string[], Given] = [
    root,
    rootPath,
    argv,
    new Map(),
  ];
  for (;;) {
    const place = { command, path };
    const sorted = sortWords(words, vocabularyOf(command, root));
    if (sorted.kind === "help") return { kind: "help", text: helpText(place) };
    if (sorted.kind === "version") return { kind: "version", text: versionText(root, sorted.long) };
    if (isProblem(sorted)) return wrong(place, sorted);
    if (command === root) rootGiven = sorted.given;
    if (sorted.subcommand === undefined) return finish(root, place, sorted, rootGiven, env);
    const { name, rest } = sorted.subcommand;
    const next = Object.hasOwn(command.subcommands, name) ? command.subcommands[name] : undefined;
    if (next === undefined) return readHelpWords(place, rest);
    [command, path, words] = [next, [...path, name], rest];
  }
}

function vocabularyOf(command: Command, root: Command) {
  const globals = Object.entries(root.flags).filter(([, { global }]) => global);
  const inherited: FlagTable = command === root ? {} : Object.fromEntries(globals);
  const names = Object.keys(command.subcommands);
  const subcommands = names.length === 0 ? [] : [...names, "help"];
  return { flags: command.flags, inherited, subcommands, hasVersion: command.version !== undefined };
}

function versionText({ version }: Command, long: boolean): string {
  return `${(long ? version?.long : undefined) ?? version?.short ?? ""}\n`;
}

/** `help`, `help pull`, `help scaffold vap`. */
function readHelpWords<Deps extends object>(start: Place, words: readonly string[]): ParsedCommandLine<Deps> {
  let place = start;
  for (const word of words) {
    const { subcommands } = place.command;
    const next = Object.hasOwn(subcommands, word) ? subcommands[word] : undefined;
    if (next === undefined) return wrong(place, unknownSubcommand(place, word));
    place = { command: next, path: [...place.path, word] };
  }
  return { kind: "help", text: helpText(place) };
}

/** Everything that can only be checked when all words of the last command are known. */
function finish<Deps extends object>(
  root: Command<Deps>,
  place: { command: Command<Deps>; path: readonly string[] },
  words: SortedWords,
  rootGiven: Given,
  env: Environment,
): ParsedCommandLine<Deps> {
  const { command, path } = place;
  const args = assignArguments(place, words.positionals);
  if (isProblem(args)) return wrong(place, args);
  const flags = resolveFlags(command.flags, words.given, env);
  if (isProblem(flags)) return wrong(place, flags);
  const inherited = [...words.given].filter(([name]) => !Object.hasOwn(command.flags, name));
  const globals =
    command === root ? flags : resolveFlags(root.flags, new Map([...rootGiven, ...inherited]), env);
  if (isProblem(globals)) return wrong(place, globals);
  const unmet = conflict(command.flags, flags) ?? missing(command, flags, args.values);
  if (unmet !== undefined) return wrong(place, unmet);
  return { kind: "run", command, path, args: args.values, flags: flags.values, globals: globals.values };
}

function assignArguments(
  place: Place,
  words: readonly string[],
): { readonly kind: "arguments"; readonly values: readonly ArgumentValue[] } | Problem {
  const { command, path } = place;
  const positions = command.args.map(readArgument);
  const values = positions.map(({ variadic }, index) => (variadic ? words.slice(index) : words[index]));
  const extra = positions.at(-1)?.variadic ? undefined : words[positions.length];
  if (extra !== undefined) {
    return hasSubcommands(command)
      ? unknownSubcommand(place, extra)
      : problem(`unexpected argument '${extra}' found`);
  }
  if (command.run === undefined) {
    const names = [...Object.keys(command.subcommands), "help"].join(", ");
    const message = `'${path.join(" ")}' requires a subcommand but one was not provided`;
    return problem(`${message}\n  [subcommands: ${names}]`);
  }
  return { kind: "arguments", values };
}

function unknownSubcommand({ command }: Place, word: string): Problem {
  const similar = mostSimilar(word, Object.keys(command.subcommands));
  const tip = similar === undefined ? undefined : `a similar subcommand exists: '${similar}'`;
  return problem(`unrecognized subcommand '${word}'`, tip);
}

function conflict(table: FlagTable, { set }: ResolvedFlags): Problem | undefined {
  for (const [name, flag] of Object.entries(table)) {
    const other = set.has(name) ? flag.conflictsWith?.find((candidate) => set.has(candidate)) : undefined;
    const otherFlag = other === undefined ? undefined : table[other];
    if (other === undefined || otherFlag === undefined) continue;
    const names = [formatFlag(name, flag), formatFlag(other, otherFlag)];
    return problem(`the argument '${names[0]}' cannot be used with '${names[1]}'`);
  }
  return undefined;
}

/** All that is missing at once: flags first, then arguments. */
function missing(
  { flags: table, args }: Command,
  { set }: ResolvedFlags,
  values: readonly ArgumentValue[],
): Problem | undefined {
  const flags = Object.entries(table).filter(([name, { required }]) => required && !set.has(name));
  const positions = args.map(readArgument).filter(({ required }, index) => {
    const value = values[index];
    return required && (value === undefined || value.length === 0) && value !== "";
  });
  const lines = [...flags.map(([name, flag]) => formatFlag(name, flag)), ...positions.map(formatArgument)];
  if (lines.length === 0) return undefined;
  const intro = "the following required arguments were not provided:";
  return problem([intro, ...lines.map((line) => `  ${line}`)].join("\n"));
}

function wrong(place: Place, found: Problem): { kind: "usage-error"; text: string; exitCode: 2 } {
  return { kind: "usage-error", text: usageError(place, found), exitCode: 2 };
}
