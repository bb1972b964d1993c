import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a DELETE is refused in words that say why",
    requests: ["delete"],
    answer: {
      allowed: false,
      code: 400,
      message: "Cannot decode Namespace object: the request has no object",
    },
  },
  {
    reason: "the text behind the prefix is not that of Go's decoder",
    requests: ["bad-quota-json"],
    answer: { allowed: false, code: 400, message: "Cannot decode NamespaceResourceQuota object: not JSON" },
  },
  {
    reason: "the text behind the prefix is not that of Go's decoder",
    requests: ["quota-wrong-type"],
    answer: {
      allowed: false,
      code: 400,
      message: "Cannot decode NamespaceResourceQuota object: limit.pods: expected string, got number",
    },
  },
];
