import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a template without metadata gets some; the original crashes",
    requests: ["host-15"],
    answer: { allowed: true },
  },
];
