import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "what has no replacement is not said to have one; the original ends in half a sentence",
    requests: ["policy-v1beta1-podsecuritypolicy"],
    rewrite: (text) => text.replace(" It has been replaced by .", ""),
  },
];
