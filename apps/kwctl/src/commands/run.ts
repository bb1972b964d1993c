import { defineCommand } from "../define-command.ts";
import { uriOrShaPrefixOrYamlFile } from "../flags/policy-argument.ts";
import { runFlags } from "../flags/run.ts";
import { evaluate } from "../run/evaluate.ts";
import { responseLine } from "../run/output.ts";
import { prepareRun } from "../run/prepare-run.ts";

export const run = defineCommand({
  summary: "Runs a Kubewarden policy from a given URI",
  args: [uriOrShaPrefixOrYamlFile],
  flags: { ...runFlags },
  async run({ args: [policy], flags, stdout, ...deps }) {
    await using prepared = await prepareRun(policy, flags, deps);
    const { log } = deps;
    try {
      for (const definition of prepared.definitions) {
        stdout.write(responseLine(await evaluate(definition, { prepared, log })));
      }
    } finally {
      await prepared.host.finish();
    }
  },
});
