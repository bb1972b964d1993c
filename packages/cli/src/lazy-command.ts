import type { Command } from "./command.ts";

/**
 * A subcommand whose code is loaded when somebody asks for it: a program starts as fast as the command that it runs.
 * @param summary - what the parent's help says: the one of the command itself
 * @example subcommands: { pull: lazyCommand("Pulls a policy", async () => (await import("./pull.ts")).pull) }
 */
export function lazyCommand<Deps extends object>(
  summary: string,
  load: () => Promise<Command<Deps>>,
): Command<Deps> {
  const nothing = { name: undefined, version: undefined, description: undefined, hidden: false };
  return { ...nothing, summary, args: [], flags: {}, subcommands: {}, load };
}

/**
 * The same command with the code of its subcommands.
 * @param words - loads those only whose names are among them; without, all
 */
export async function loadSubcommands<Deps extends object>(
  command: Command<Deps>,
  words?: readonly string[],
): Promise<Command<Deps>> {
  const load = async ([name, child]: [string, Command<Deps>]): Promise<[string, Command<Deps>]> => {
    if (words !== undefined && !words.includes(name)) return [name, child];
    return [name, await loadSubcommands((await child.load?.()) ?? child, words)];
  };
  const subcommands = await Promise.all(Object.entries(command.subcommands).map(load));
  return { ...command, subcommands: Object.fromEntries(subcommands) };
}
