import { defineCommand } from "@kubewarden-ts/cli";
import { buildPolicy } from "../build/policy-builder.ts";
import { buildFile, buildFlags } from "./build-flags.ts";
import { reportingProblems } from "./problems.ts";

/** `policy-sdk build` */
export const buildCommand = defineCommand({
  summary: "Builds a policy into one WebAssembly file",
  flags: buildFlags,
  run: ({ flags, stdout, stderr }) =>
    reportingProblems(stderr, async () => {
      await buildFile({ build: buildPolicy }, flags, { stdout, stderr });
      return 0;
    }),
});
