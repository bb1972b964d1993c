import type { Command } from "../command.ts";
import { bashScript } from "./bash.ts";
import { type CompletionNode, completionNodes } from "./completion-node.ts";
import { elvishScript } from "./elvish.ts";
import { fishScript } from "./fish.ts";
import { powershellScript } from "./powershell.ts";
import { zshScript } from "./zsh.ts";

/** Shells that a program can tell what may be typed. */
export const completionShells = ["bash", "elvish", "fish", "powershell", "zsh"] as const;
export type CompletionShell = (typeof completionShells)[number];

const scripts: Readonly<Record<CompletionShell, (nodes: readonly CompletionNode[]) => string>> = {
  bash: bashScript,
  elvish: elvishScript,
  fish: fishScript,
  powershell: powershellScript,
  zsh: zshScript,
};

/**
 * A script that makes a shell complete subcommands, flags, their values where they are from a list, and names of files
 * elsewhere. It is made from the command table and runs nothing of the program.
 * @example source <(kwctl completions -s bash)
 */
export function completionScript(program: Command, shell: CompletionShell): string {
  return scripts[shell](completionNodes(program));
}
