import type { Difference } from "../difference.ts";

/** Settings, requests, and the annotations that are found there. */
const onlyThose: readonly (readonly [string, readonly string[], string])[] = [
  ["s20", ["pod-a"], "team"],
  ["s21", ["statefulset-ab", "daemonset-ab"], "cost-center, team"],
  ["s22", ["pod-c"], "extra.test/zone"],
  ["s23", ["pod-c"], "extra.test/zone"],
  ["s23", ["pod-null-value"], "team"],
  ["s23", ["job-ab"], "cost-center, team"],
];

/** Requests, and what is wrong with their annotations. */
const unreadable: readonly (readonly [string, string])[] = [
  ["pod-string", "metadata.annotations: expected object, got string"],
  ["pod-list", "metadata.annotations: expected object, got array"],
  ["metadata-string", "metadata: expected object, got string"],
];

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  ...onlyThose.map(([settings, requests, found]) => ({
    reason: "containsOtherThan says what was found; the original's list is always empty",
    settings: [settings],
    requests,
    answer: {
      allowed: false,
      message: `Resource must not have any annotations other than those specified in the validation rule. The following annotations were found that should not be present: ${found}`,
    },
  })),
  ...unreadable.map(([request, message]) => ({
    reason: "annotations that are no object are refused; the original takes them for none",
    requests: [request],
    answer: { allowed: false, message },
  })),
];
