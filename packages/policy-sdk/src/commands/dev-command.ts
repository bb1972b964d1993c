import { resolve } from "node:path";
import { defineCommand } from "@kubewarden-ts/cli";
import { createPolicyBuilder } from "../build/policy-builder.ts";
import { buildFile, buildFlags } from "./build-flags.ts";
import { reportingProblems } from "./problems.ts";
import { watchSources } from "./source-changes.ts";
import { runTests } from "./test-runner.ts";

/** `policy-sdk dev` */
export const devCommand = defineCommand({
  summary: "Builds a policy and runs its tests, again after each change of the project, until it is stopped",
  args: [{ name: "[files...]", description: "Run only test files whose path holds one of these texts" }],
  flags: buildFlags,
  async run({ args: [files], flags, stdout, stderr }) {
    await using builder = createPolicyBuilder();
    // Watched from before the first build, so that a change while it runs is not missed.
    using changes = watchSources(resolve(), [resolve(flags.out)]);
    for (;;) {
      const code = await reportingProblems(stderr, async () => {
        await buildFile(builder, flags, { stdout, stderr });
        return await runTests(files);
      });
      stdout.write(`${code === 0 ? "ok" : "failed"}: waiting for changes\n`);
      await changes.next();
    }
  },
});
