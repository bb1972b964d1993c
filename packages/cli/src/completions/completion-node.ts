import { readArgument } from "../argument.ts";
import type { Command } from "../command.ts";
import type { Flag, FlagTable } from "../flag.ts";

/** A place on the command line, and what may be typed there. */
export interface CompletionNode {
  /** The words that lead here, the program's name first. */
  readonly path: readonly string[];
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  readonly flags: readonly CompletionFlag[];
  /** Whether words may stand here that are neither subcommand nor flag: names of files, as far as a shell can tell. */
  readonly takesWords: boolean;
}

export interface CompletionFlag {
  /** Without the dashes. */
  readonly name: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  /** What the value can be; `undefined` for any text. */
  readonly values: readonly string[] | undefined;
  readonly repeatable: boolean;
}

const helpFlag = switchFlag("help", "h", "Print help");
const versionFlag = switchFlag("version", "V", "Print version");
const helpSummary = "Print this message or the help of the given subcommand(s)";

/** Every place of a program, the program itself first; what is hidden from help is not completed either. */
export function completionNodes(program: Command): CompletionNode[] {
  const globals = Object.fromEntries(Object.entries(program.flags).filter(([, { global }]) => global));
  return nodesOf(program, [program.name ?? "program"], globals);
}

function nodesOf(command: Command, path: readonly string[], globals: FlagTable): CompletionNode[] {
  const children = visibleChildren(command);
  const own = visibleFlags(command.flags).map(([name, flag]) => completionFlag(name, flag));
  const inherited = visibleFlags(globals)
    .filter(([name]) => !Object.hasOwn(command.flags, name))
    .map(([name, flag]) => ({ ...completionFlag(name, flag), short: undefined }));
  const standard = command.version === undefined ? [helpFlag] : [helpFlag, versionFlag];
  const node: CompletionNode = {
    path,
    subcommands: [
      ...children.map(([name, { summary }]) => ({ name, summary })),
      ...(children.length === 0 ? [] : [{ name: "help", summary: helpSummary }]),
    ],
    flags: [
      ...own,
      ...inherited,
      ...standard.filter((flag) => !own.some(({ short }) => short === flag.short)),
    ],
    takesWords: command.args.map(readArgument).length > 0,
  };
  const help = children.length === 0 ? [] : helpNodes(command, [...path, "help"]);
  return [node, ...children.flatMap(([name, child]) => nodesOf(child, [...path, name], globals)), ...help];
}

/** `kwctl help scaffold vap`: the tree of commands once more, without flags. */
function helpNodes(command: Command, path: readonly string[]): CompletionNode[] {
  const children = visibleChildren(command);
  const subcommands = children.map(([name, { summary }]) => ({ name, summary }));
  const node: CompletionNode = { path, subcommands, flags: [], takesWords: false };
  return [node, ...children.flatMap(([name, child]) => helpNodes(child, [...path, name]))];
}

function visibleChildren({ subcommands }: Command): [string, Command][] {
  return Object.entries(subcommands).filter(([, { hidden }]) => !hidden);
}

function visibleFlags(flags: FlagTable): [string, Flag][] {
  return Object.entries(flags).filter(([, { hidden }]) => !hidden);
}

function completionFlag(name: string, flag: Flag): CompletionFlag {
  return {
    name,
    short: flag.short,
    description: flag.description,
    takesValue: flag.type !== "boolean",
    values: flag.type === "enum" ? flag.values : undefined,
    repeatable: flag.type === "string" && (flag.repeatable === true || flag.greedy === true),
  };
}

function switchFlag(name: string, short: string, description: string): CompletionFlag {
  return { name, short, description, takesValue: false, values: undefined, repeatable: false };
}

/** As they are typed: `-o`, `--output`. */
export function flagWords({ name, short }: CompletionFlag): string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
}

/** The words that lead to a node as one name: letters, digits and underscores. */
export function functionName({ path }: CompletionNode): string {
  return `_${path.map((word) => word.replaceAll(/\W/g, "_")).join("__")}`;
}

/** A text between single quotes, for shells in which nothing is special between them. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
