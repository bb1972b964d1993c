import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason:
      "without one in the request the namespace of the object counts; the original asks for one without name",
    requests: ["host-14"],
    otherHostCalls: true,
  },
];
