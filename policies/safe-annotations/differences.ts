import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a pattern with a repetition up to 255 is taken; the original crashes while compiling it",
    settings: ["s15"],
    settingsMessage: null,
  },
  {
    reason: "null is no pattern; the original takes it and crashes once an object has the annotation",
    settings: ["s29"],
    answer: {
      allowed: false,
      code: 500,
      message: "invalid settings: constrained_annotations.a: expected string, got null",
    },
  },
  {
    reason: "annotations that are null are none; the original takes them for one without a name",
    settings: ["s16"],
    requests: ["pod-null"],
    answer: { allowed: true },
  },
  {
    reason: "annotations that are no object are refused; the original takes them for one without a name",
    settings: ["s3", "s6", "s7", "s8", "s13", "s14", "s16"],
    requests: ["pod-list", "pod-string", "metadata-string"],
    answer: { allowed: false, code: 400, message: "metadata.annotations is not an object" },
  },
];
