import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "where no host is asked for, the cluster need not be asked, and cannot fail",
    requests: ["no-host", "no-rules", "service", "delete"],
    answer: { allowed: true },
  },
  {
    reason: "where no host is asked for, the cluster need not be asked",
    requests: ["host-6", "host-14", "host-16"],
    otherHostCalls: true,
  },
];
