import { printableLine } from "@kubewarden-ts/base";
import { benchLabels, startBenchedPolicy } from "../bench/bench-policy.ts";
import { type BenchSettings, benchFlags, benchSettings } from "../bench/bench-settings.ts";
import { compareWithKept } from "../bench/kept-samples.ts";
import { measure } from "../bench/measure.ts";
import { defineCommand, type KwctlDeps } from "../define-command.ts";
import { uriOrShaPrefixOrYamlFile } from "../flags/policy-argument.ts";
import { runFlags } from "../flags/run.ts";
import type { PolicyDefinition } from "../run/policy-definition.ts";
import { type PreparedRun, prepareRun } from "../run/prepare-run.ts";

/** `kwctl bench` (kwctl-and-oci.md 9) */
export const bench = defineCommand({
  summary: "Benchmarks a Kubewarden policy",
  args: [uriOrShaPrefixOrYamlFile],
  flags: { ...runFlags, ...benchFlags },
  async run({ args: [policy], flags, stdout, ...deps }) {
    const settings = benchSettings(flags);
    await using prepared = await prepareRun(policy, flags, deps, { replayAgain: true });
    const write = (text: string) => stdout.write(text);
    const shared = { ...deps, settings, keep: flags["dump-results-to-disk"], prepared, write };
    const isOne = prepared.definitions.length === 1;
    try {
      for (const definition of prepared.definitions) {
        if (!isOne) write(`${printableLine(definition.id)}:\n`);
        await benchPolicy(definition, { ...shared, namePrefix: isOne ? "" : `${definition.id}.` });
      }
    } finally {
      await prepared.host.finish();
    }
  },
});

interface BenchOptions extends Pick<KwctlDeps, "files" | "log"> {
  readonly settings: BenchSettings;
  readonly prepared: PreparedRun;
  /** Whether the samples are compared with the last ones, and kept. */
  readonly keep: boolean;
  /** Tells the kept samples of several policies apart. */
  readonly namePrefix: string;
  readonly write: (text: string) => unknown;
}

async function benchPolicy(definition: PolicyDefinition, options: BenchOptions): Promise<void> {
  const { settings, prepared, keep, namePrefix, write, files, log } = options;
  await using benched = await startBenchedPolicy(definition, { prepared, log });
  for (const label of benchLabels) {
    const work = benched.work[label];
    const samples = await measure({ label, work, settings, write, now: () => performance.now() });
    if (!keep) continue;
    const kept = { name: namePrefix + label, samples, resamples: settings.resamples };
    write(await compareWithKept({ ...kept, files, random: Math.random }));
  }
}
