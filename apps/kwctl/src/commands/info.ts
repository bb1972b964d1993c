import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { defineCommand } from "../define-command.ts";

export const info = defineCommand({
  summary: "Display system information",
  run({ directories, stdout }) {
    const lines = [
      `kwctl version: ${KUBEWARDEN_VERSION}`,
      "",
      "Open Policy Agent/Gatekeeper implemented builtins:",
      // The names of builtins are listed here once Rego policies can be run.
      "",
      `Policy store: ${directories.store}`,
      `Config directory: ${directories.config}`,
      `kwctl cache directory: ${directories.kwctlCache}`,
    ];
    stdout.write(`${lines.join("\n")}\n`);
  },
});
