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
    run({ flags, program, stdout }) {
      stdout.write(completionScript(program, flags.shell));
    },
  });
}
