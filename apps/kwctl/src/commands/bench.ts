import { uriOrShaPrefixOrYamlFile } from "../flags/policy-argument.ts";
import { runFlags } from "../flags/run.ts";
import { notAvailable } from "../not-available.ts";

export const bench = notAvailable("bench", {
  summary: "Benchmarks a Kubewarden policy",
  args: [uriOrShaPrefixOrYamlFile],
  flags: {
    ...runFlags,
    "measurement-time": {
      type: "number",
      valueName: "SECONDS",
      description: "How long the bench 'should' run, num_samples is prioritized so benching will take longer",
    },
    "num-resamples": { type: "number", valueName: "NUM", description: "How many resamples should be done" },
    "num-samples": {
      type: "number",
      valueName: "NUM",
      description: "How many samples to take of the policy evaluation",
    },
    "warm-up-time": {
      type: "number",
      valueName: "SECONDS",
      description: "How long the bench should warm up",
    },
    "dump-results-to-disk": {
      type: "boolean",
      description: "Put results in target/tiny-bench if that folder can be found",
    },
  },
});
