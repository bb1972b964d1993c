import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "none: who reads the recording has only JavaScript's numbers",
    requests: ["numbers"],
    rewrite: (text) => text.replaceAll(/(?<=:)-?\d+(?:\.\d+)?(?:e\+\d+)?(?=[,}])/g, (n) => String(Number(n))),
  },
];
