import type { Command, Output } from "./command.ts";
import { errorReport } from "./error-report.ts";
import type { FlagTable, FlagValue, FlagValues } from "./flag.ts";
import { loadSubcommands } from "./lazy-command.ts";
import { parseCommandLine } from "./parse-command-line.ts";

/** What a program gets from its process. */
export interface ProgramIo {
  /** Without the program itself: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Makes what the commands are handed, knowing the root command's flags; called when a command is about to run. */
export type MakeDeps<Deps extends object, Flags extends FlagTable> = (
  globals: FlagValues<Flags>,
) => Deps | Promise<Deps>;

/**
 * Parses a command line and runs its command.
 * @returns the exit code: 0 done, 1 the command threw (reported as `Error: …` on `stderr`), 2 usage error,
 * or the number the command returned
 * @example process.exitCode = await runProgram(root, { argv: process.argv.slice(2), env: process.env, ...process });
 */
export function runProgram<Deps extends object, Flags extends FlagTable>(
  root: Command<Deps, Flags>,
  io: ProgramIo & { readonly deps: MakeDeps<Deps, Flags> },
): Promise<number>;
export function runProgram<Flags extends FlagTable>(
  root: Command<object, Flags>,
  io: ProgramIo,
): Promise<number>;
export async function runProgram(
  root: Command,
  io: ProgramIo & {
    readonly deps?: (globals: Readonly<Record<string, FlagValue>>) => object | Promise<object>;
  },
): Promise<number> {
  const { argv, env, stdout, stderr } = io;
  const parsed = parseCommandLine(await loadSubcommands(root, argv), argv, env);
  switch (parsed.kind) {
    case "help":
    case "version":
      stdout.write(parsed.text);
      return 0;
    case "usage-error":
      stderr.write(parsed.text);
      return parsed.exitCode;
    case "run":
      try {
        const { command, args, flags, globals } = parsed;
        const deps = await io.deps?.(globals);
        const code = await command.run?.({
          args,
          flags,
          globals,
          loadProgram: () => loadSubcommands(root),
          env,
          stdout,
          stderr,
          ...deps,
        });
        return typeof code === "number" ? code : 0;
      } catch (error) {
        stderr.write(errorReport(error));
        return 1;
      }
  }
}
