import { defineCommand } from "@kubewarden-ts/cli";
import { buildCommand } from "./build-command.ts";
import { checkCommand } from "./check-command.ts";
import { devCommand } from "./dev-command.ts";
import { questionsCommand } from "./questions-command.ts";
import { testCommand } from "./test-command.ts";
import { typesCommand } from "./types-command.ts";

/** `policy-sdk` */
export const program = defineCommand({
  name: "policy-sdk",
  summary: "Builds and checks Kubewarden policies written in TypeScript",
  subcommands: {
    build: buildCommand,
    check: checkCommand,
    dev: devCommand,
    questions: questionsCommand,
    test: testCommand,
    types: typesCommand,
  },
});
