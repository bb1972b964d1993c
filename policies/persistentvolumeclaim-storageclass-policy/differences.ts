import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a class that is no text is refused; the original accepts the claim",
    requests: ["number"],
    answer: { allowed: false, message: "spec.storageClassName: expected string, got number" },
  },
  {
    reason: "fields that the original's Kubernetes types do not know survive",
    requests: ["with-more"],
    withoutOperations: /^remove \/spec\/futureField$/,
  },
  {
    reason: "missing kinds and metadata are not filled in, and quantities stay as they are written",
    requests: ["no-kind", "no-metadata", "quantity-number"],
    withoutOperations: /^(add \/kind|add \/metadata|replace \/spec\/resources\/requests\/storage)$/,
  },
];
