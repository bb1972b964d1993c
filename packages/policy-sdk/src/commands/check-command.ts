import { dirname } from "node:path";
import { defineCommand } from "@kubewarden-ts/cli";
import { buildPolicy } from "../build/policy-builder.ts";
import { checkPolicy } from "./check-policy.ts";
import { checkQuestions } from "./check-questions.ts";
import { reportingProblems } from "./problems.ts";
import { metadataPathOf, sourceFlags } from "./source-flags.ts";

/** `policy-sdk check` */
export const checkCommand = defineCommand({
  summary: "Compares a policy's metadata and questions with what the policy does",
  flags: sourceFlags,
  run: ({ flags: { entry, abi, metadata: given }, stderr }) =>
    reportingProblems(stderr, async () => {
      const metadataPath = (await metadataPathOf(given)) ?? "metadata.yml";
      const { wasm, metadata } = await buildPolicy({ entry, abi, metadataPath });
      const problems = metadata === undefined ? [] : checkPolicy(wasm, metadata);
      const findings = [
        ...problems.map((problem) => `${metadataPath}: ${problem}`),
        ...(await checkQuestions(entry, dirname(metadataPath))),
      ];
      for (const finding of findings) stderr.write(`${finding}\n`);
      return findings.length === 0 ? 0 : 1;
    }),
});
