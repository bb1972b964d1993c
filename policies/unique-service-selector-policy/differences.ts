import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a service is not compared with itself",
    requests: ["host-7"],
    answer: { allowed: true },
  },
  {
    reason: "a service without selector is compared with nothing, so the cluster need not be asked",
    requests: ["host-4", "host-5", "host-6"],
    otherHostCalls: true,
  },
];
