export type { ArgumentPattern, ArgumentSpec, ArgumentValue, ArgumentValues } from "./argument.ts";
export {
  type Command,
  type CommandDefinition,
  type CommandResult,
  commandDefiner,
  defineCommand,
  type Output,
  type ProgramContext,
  type ProgramVersion,
} from "./command.ts";
export { type CompletionShell, completionScript, completionShells } from "./completions/completion-script.ts";
export { completionsCommand } from "./completions/completions-command.ts";
export { docsCommand } from "./docs-command.ts";
export { errorReport } from "./error-report.ts";
export { CliError, type CliErrorCode } from "./errors.ts";
export {
  type BooleanFlag,
  defineFlags,
  type EnumFlag,
  type Flag,
  type FlagTable,
  type FlagValue,
  type FlagValues,
  type ListFlag,
  type NumberFlag,
  type StringFlag,
} from "./flag.ts";
export { goWords } from "./go-words.ts";
export { helpText } from "./help.ts";
export { lazyCommand, loadSubcommands } from "./lazy-command.ts";
export { type ParsedCommandLine, parseCommandLine } from "./parse-command-line.ts";
export { type PflagWords, pflagWords } from "./pflag-words.ts";
export { reference } from "./reference.ts";
export { type MakeDeps, type ProgramIo, runProgram } from "./run-program.ts";
