import { type ArgumentSpec, readArgument } from "./argument.ts";
import { CliError } from "./errors.ts";
import type { FlagTable } from "./flag.ts";

interface Definition {
  readonly args: readonly ArgumentSpec[];
  readonly flags: FlagTable;
}

/** @throws {CliError} naming the first mistake: a letter used twice, an unknown conflict, an unreachable argument */
export function checkDefinition({ args, flags }: Definition): void {
  const shorts = Object.values(flags).flatMap(({ short }) => (short === undefined ? [] : [short]));
  const repeated = shorts.find((short, index) => shorts.indexOf(short) !== index);
  if (repeated !== undefined) throw invalid(`two flags use the letter -${repeated}`);
  for (const [name, { conflictsWith = [] }] of Object.entries(flags)) {
    const unknown = conflictsWith.find((other) => !Object.hasOwn(flags, other));
    if (unknown !== undefined) throw invalid(`--${name} conflicts with the unknown flag --${unknown}`);
  }
  const positions = args.map(readArgument);
  if (positions.slice(0, -1).some(({ variadic }) => variadic)) {
    throw invalid("only the last argument may take several words");
  }
  const firstOptional = positions.findIndex(({ required }) => !required);
  if (firstOptional >= 0 && positions.slice(firstOptional).some(({ required }) => required)) {
    throw invalid("a required argument stands after an optional one");
  }
}

function invalid(message: string): CliError {
  return new CliError(message, { code: "CLI_DEFINITION_INVALID" });
}
