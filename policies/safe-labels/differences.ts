import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a pattern with a repetition up to 255 is taken; the original crashes while compiling it",
    settings: ["s15"],
    settingsMessage: null,
  },
  {
    reason: "null is no pattern; the original takes it and crashes once an object has the label",
    settings: ["s29"],
    answer: {
      allowed: false,
      code: 500,
      message: "invalid settings: constrained_labels.a: expected string, got null",
    },
  },
  {
    reason: "labels that are no object are refused; the original takes them for one label without a name",
    settings: ["s7", "s8", "s12", "s16", "s17"],
    requests: ["pod-list", "pod-string", "metadata-string"],
    answer: { allowed: false, code: 400, message: "metadata.labels is not an object" },
  },
];
