import type { ArgumentSpec, ArgumentValue, ArgumentValues } from "./argument.ts";
import { checkDefinition } from "./definition-check.ts";
import type { FlagTable, FlagValue, FlagValues } from "./flag.ts";

/** Where a program writes. */
export interface Output {
  write(text: string | Uint8Array): unknown;
}

/** The exit code; nothing means 0. */
// biome-ignore lint/suspicious/noConfusingVoidType: an async function without a return gives Promise<void>
export type CommandResult = number | void;

/** What every command is given besides its arguments, its flags and what the program adds. */
export interface ProgramContext {
  /** Values of the root command's flags. */
  readonly globals: Readonly<Record<string, FlagValue>>;
  /** The root command with all of its subcommands, for what is generated from the table: reference, completions. */
  loadProgram(): Promise<Command>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** A command: what `defineCommand` returns. `Deps` is what the program hands to every `run`. */
export interface Command<Deps extends object = object, Flags extends FlagTable = FlagTable> {
  readonly name: string | undefined;
  readonly version: ProgramVersion | undefined;
  readonly summary: string;
  readonly description: string | undefined;
  readonly hidden: boolean;
  readonly args: readonly ArgumentSpec[];
  readonly flags: Flags;
  readonly subcommands: Readonly<Record<string, Command<Deps>>>;
  /** Of a command that is not loaded yet; see `lazyCommand`. */
  readonly load?: () => Promise<Command<Deps>>;
  /** Absent in a command that only holds subcommands. A method, so that commands with other flags fit one table. */
  run?(
    context: ProgramContext & {
      readonly args: readonly ArgumentValue[];
      readonly flags: FlagValues<Flags>;
    } & Deps,
  ): CommandResult | Promise<CommandResult>;
}

export interface ProgramVersion {
  /** One line, for `-V`: `kwctl 1.38.0`. */
  readonly short: string;
  /** For `--version`; without it the short one. */
  readonly long?: string;
}

/** What a command is made of; see `defineCommand`. */
export interface CommandDefinition<
  Deps extends object,
  Flags extends FlagTable,
  Args extends readonly ArgumentSpec[],
> {
  /** Of the root command: the name of the program. Subcommands are named by their key. */
  readonly name?: string;
  /** Of the root command: gives it `-V` and `--version`. */
  readonly version?: ProgramVersion;
  /** One line without a full stop. */
  readonly summary: string;
  /** What help says below the summary. */
  readonly description?: string;
  readonly hidden?: boolean;
  readonly args?: Args;
  readonly flags?: Flags;
  readonly subcommands?: Readonly<Record<string, Command<Deps>>>;
  /** Does the work. What it throws is reported as `Error: …` with exit code 1; a number is the exit code. */
  run?(
    context: ProgramContext & {
      readonly args: ArgumentValues<Args>;
      readonly flags: FlagValues<Flags>;
    } & Deps,
  ): CommandResult | Promise<CommandResult>;
}

/**
 * Makes the `defineCommand` of a program whose commands are handed `Deps` (a store, a logger, …).
 * @example const defineCommand = commandDefiner<{ store: Store }>();
 */
export function commandDefiner<Deps extends object>() {
  return <
    const Flags extends FlagTable = Record<never, never>,
    const Args extends readonly ArgumentSpec[] = readonly [],
  >(
    definition: CommandDefinition<Deps, Flags, Args>,
  ): Command<Deps, Flags> => {
    const { name, version, summary, description, hidden = false, run } = definition;
    const command: Command<Deps, Flags> = {
      ...{ name, version, summary, description, hidden },
      args: definition.args ?? [],
      // An empty table is what `Flags` is inferred as when a command has no flags.
      flags: definition.flags ?? ({} as Flags),
      subcommands: definition.subcommands ?? {},
      ...(run === undefined ? {} : { run }),
    };
    checkDefinition(command);
    return command;
  };
}

/**
 * Defines a command: one table gives parsing, help, reference and completion.
 * `args` and `flags` of `run` are typed from the table.
 * @throws {CliError} `CLI_DEFINITION_INVALID` when the table contradicts itself
 * @example
 * const greet = defineCommand({
 *   name: "greet",
 *   summary: "Greets somebody",
 *   args: ["<who>"],
 *   flags: { loud: { type: "boolean", short: "l", description: "In capitals" } },
 *   run({ args: [who], flags, stdout }) {
 *     stdout.write(flags.loud ? who.toUpperCase() : who);
 *   },
 * });
 */
export const defineCommand = commandDefiner<object>();
