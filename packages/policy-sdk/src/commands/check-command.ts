import { defineCommand } from "@kubewarden-ts/cli";
import { buildPolicy } from "../build/policy-builder.ts";
import { checkPolicy } from "./check-policy.ts";
import { reportingProblems } from "./problems.ts";
import { metadataPathOf, sourceFlags } from "./source-flags.ts";

/** `policy-sdk check` */
export const checkCommand = defineCommand({
  summary: "Compares a policy's metadata with what the policy does",
  flags: sourceFlags,
  run: ({ flags: { entry, abi, metadata: given }, stderr }) =>
    reportingProblems(stderr, async () => {
      const metadataPath = (await metadataPathOf(given)) ?? "metadata.yml";
      const { wasm, metadata } = await buildPolicy({ entry, abi, metadataPath });
      const findings = metadata === undefined ? [] : checkPolicy(wasm, metadata);
      for (const finding of findings) stderr.write(`${metadataPath}: ${finding}\n`);
      return findings.length === 0 ? 0 : 1;
    }),
});
