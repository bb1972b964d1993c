import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a type that is no text is refused; the original accepts what it cannot read",
    requests: ["number"],
    answer: { allowed: false, code: 400, message: "spec.type: expected string, got number" },
  },
];
