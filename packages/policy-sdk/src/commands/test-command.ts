import { defineCommand } from "@kubewarden-ts/cli";
import { buildPolicy } from "../build/policy-builder.ts";
import { buildFile, buildFlags } from "./build-flags.ts";
import { reportingProblems } from "./problems.ts";
import { runTests } from "./test-runner.ts";

/** `policy-sdk test` */
export const testCommand = defineCommand({
  summary: "Builds a policy, and runs the tests of its project with vitest",
  args: [{ name: "[files...]", description: "Run only test files whose path holds one of these texts" }],
  flags: buildFlags,
  run: ({ args: [files], flags, stdout, stderr }) =>
    reportingProblems(stderr, async () => {
      await buildFile({ build: buildPolicy }, flags, { stdout, stderr });
      return await runTests(files);
    }),
});
