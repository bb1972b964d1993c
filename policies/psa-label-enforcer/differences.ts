import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "fields that the original's Kubernetes types do not know survive",
    requests: ["with-status-and-future", "unicode-and-unknown-meta"],
    withoutOperations: /^remove .*\/future(Meta)?$/,
  },
  {
    reason: "a missing kind is not filled in",
    requests: ["no-kind"],
    withoutOperations: /^add \/kind$/,
  },
  {
    reason:
      "labels are set although another one is no string; the original accepts such a namespace unchanged",
    requests: ["label-number"],
    answer: { allowed: true },
  },
];
