import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "only the class is read; containers that are none are left to the API server",
    requests: ["pod-containers-string"],
    answer: { allowed: true },
  },
  {
    reason: "missing lists and names are not filled in",
    requests: ["pod-spec-empty", "pod-containers-null", "pod-container-name-missing"],
    withoutOperations: /^(add|replace) \/spec\/containers(\/0\/name)?$/,
  },
];
