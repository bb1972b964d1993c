import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "fields that the original does not know survive",
    requests: ["host-11"],
    withoutOperations: /^remove \/spec\/future$/,
  },
];
