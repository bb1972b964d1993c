import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason:
      "an ephemeral container may not escalate either; the original lets `kubectl debug` add one that does",
    requests: ["ephemeral-true", "ephemeralcontainers-subresource"],
    answer: { allowed: false, message: "one of the ephemeral containers has privilege escalation enabled" },
  },
];
