import { availableParallelism } from "node:os";
import { errorReport } from "@kubewarden-ts/cli";
import { limitsOf } from "@kubewarden-ts/policy-evaluation";
import { defineCommand } from "../define-command.ts";
import { reportedEvaluationFlags } from "../flags/scan.ts";
import { suiteJson, suiteJunit, suiteText } from "../report/suite-report.ts";
import { fetchModules } from "../run/modules.ts";
import { openModules } from "../store/open-modules.ts";
import { findSuites, runSuites } from "../suite/run-suites.ts";
import { suiteExitCode } from "../suite/suite-result.ts";

const writers = { text: suiteText, json: suiteJson, junit: suiteJunit };

/** `kwctl test` */
export const test = defineCommand({
  summary: "kubewarden-ts only: run the test suites of policies",
  description:
    "Exit code 0: all cases passed; 1: one answered otherwise than expected; 2: one could not be run, or there was none.",
  args: [
    {
      name: "[suites...]",
      description: "Suites, or folders with files whose names end with kwctl-test.yml; this folder without",
    },
  ],
  flags: {
    output: {
      type: "enum",
      short: "o",
      valueName: "FORMAT",
      values: ["text", "json", "junit"],
      default: "text",
      description: "Output format",
    },
    ...reportedEvaluationFlags,
  },
  async run({ args: [paths], flags, stdout, stderr, ...deps }) {
    const { files, policies, log } = deps;
    try {
      const suites = await findSuites(paths.length > 0 ? paths : ["."], files);
      await using source = await openModules(flags, deps);
      const results = await runSuites(suites, {
        ...{ files, policies, log, limits: limitsOf(flags), atOnce: availableParallelism() },
        fetchModules: (wanted) => fetchModules(wanted, source.fetch),
        timeoutMs: flags["policy-timeout"] * 1000,
      });
      stdout.write(writers[flags.output](results));
      return suiteExitCode(results);
    } catch (error) {
      stderr.write(errorReport(error));
      return 2;
    }
  },
});
