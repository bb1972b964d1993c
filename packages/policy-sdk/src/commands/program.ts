import { defineCommand } from "@kubewarden-ts/cli";
import { buildCommand } from "./build-command.ts";
import { checkCommand } from "./check-command.ts";

/** `policy-sdk` */
export const program = defineCommand({
  name: "policy-sdk",
  summary: "Builds and checks Kubewarden policies written in TypeScript",
  subcommands: { build: buildCommand, check: checkCommand },
});
