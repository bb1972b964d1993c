import type { Difference } from "../difference.ts";

/** Settings, and the name in them that no label can have. */
const badNames: readonly (readonly [string, string])[] = [
  ["s44", "bad key"],
  ["s45", "-lead"],
  ["s46", "trail-"],
  ["s47", `${"a".repeat(64)} (name too long)`],
  ["s50", `ok.test/${"n".repeat(64)} (name too long)`],
  ["s51", "Upper.Test/x"],
  ["s52", "two//slash"],
  ["s53", "a/b/c"],
  ["s55", "ünï"],
  ["s57", "/x"],
  ["s60", "_a"],
];

/** Settings, requests, and the labels that are found there. */
const onlyThose: readonly (readonly [string, readonly string[], string])[] = [
  ["s20", ["pod-a"], "team"],
  ["s21", ["pod-b"], "cost-center"],
  ["s21", ["pod-ab", "update-added"], "cost-center, team"],
  ["s22", ["pod-c"], "extra.test/zone"],
  ["s23", ["pod-abc"], "cost-center, extra.test/zone, team"],
  ["s23", ["daemonset-ab", "job-ab"], "cost-center, team"],
];

/** Requests, and what is wrong with their labels. */
const unreadable: readonly (readonly [string, string])[] = [
  ["pod-string", "metadata.labels: expected object, got string"],
  ["pod-list", "metadata.labels: expected object, got array"],
  ["metadata-string", "metadata: expected object, got string"],
];

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  ...badNames.map(([settings, name]) => ({
    reason: "names of labels are called so; the original speaks of annotations",
    settings: [settings],
    settingsMessage: `Invalid label names: ${name}`,
  })),
  ...onlyThose.map(([settings, requests, found]) => ({
    reason: "containsOtherThan says what was found; the original's list is always empty",
    settings: [settings],
    requests,
    answer: {
      allowed: false,
      message: `Resource must not have any labels other than those specified in the validation rule. The following labels were found that should not be present: ${found}`,
    },
  })),
  ...unreadable.map(([request, message]) => ({
    reason: "labels that are no object are refused; the original takes them for none",
    requests: [request],
    answer: { allowed: false, message },
  })),
];
