import { formatArgument, readArgument } from "./argument.ts";
import type { Command } from "./command.ts";
import { formatFlag } from "./flag.ts";
import type { Problem } from "./problem.ts";

/** A command and the words that lead to it, the program's name first. */
export interface Place {
  readonly command: Command;
  readonly path: readonly string[];
}

/** `kwctl run [OPTIONS] --request-path <PATH> <uri>` */
export function usageLine({ command, path }: Place): string {
  const flags = Object.entries(command.flags).filter(([, { hidden }]) => !hidden);
  const required = flags.filter(([, { required = false }]) => required);
  const words = [...path];
  if (flags.length > required.length || command.version !== undefined) words.push("[OPTIONS]");
  words.push(...required.map(([name, flag]) => formatFlag(name, flag)));
  words.push(...command.args.map((spec) => formatArgument(readArgument(spec))));
  if (hasSubcommands(command)) words.push(command.run === undefined ? "<COMMAND>" : "[COMMAND]");
  return words.join(" ");
}

/** What goes to standard error for a wrong command line. */
export function usageError(place: Place, { message, tip }: Problem): string {
  const parts = [`error: ${message}`];
  if (tip !== undefined) parts.push(`  tip: ${tip}`);
  parts.push(`Usage: ${usageLine(place)}`, "For more information, try '--help'.");
  return `${parts.join("\n\n")}\n`;
}

export function hasSubcommands(command: Command): boolean {
  return Object.keys(command.subcommands).length > 0;
}
