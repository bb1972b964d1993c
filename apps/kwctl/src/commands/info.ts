import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { builtinNames } from "@kubewarden-ts/rego/node";
import { defineCommand } from "../define-command.ts";

export const info = defineCommand({
  summary: "Display system information",
  run({ directories, stdout }) {
    const lines = [
      `kwctl version: ${KUBEWARDEN_VERSION}`,
      "",
      "Open Policy Agent/Gatekeeper implemented builtins:",
      ...builtinNames.map((name) => `  - ${name}`),
      "",
      `Policy store: ${directories.store}`,
      `Config directory: ${directories.config}`,
      `kwctl cache directory: ${directories.kwctlCache}`,
    ];
    stdout.write(`${lines.join("\n")}\n`);
  },
});
