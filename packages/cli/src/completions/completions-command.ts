import { defineCommand } from "../command.ts";
import { completionScript, completionShells } from "./completion-script.ts";

/** The command `completions --shell SHELL`, which writes the completion script of the whole program. */
export function completionsCommand() {
  return defineCommand({
    summary: "Generates shell completions",
    flags: {
      shell: {
        type: "enum",
        short: "s",
        valueName: "SHELL",
        values: completionShells,
        required: true,
        description: "Shell type",
      },
    },
    async run({ flags, loadProgram, stdout }) {
      stdout.write(completionScript(await loadProgram(), flags.shell));
    },
  });
}
