import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason:
      "pods/exec is asked for as the subresource it is; the original names a resource that no role can name",
    settings: ["s2"],
    requests: ["host-0", "host-13", "host-14"],
    otherHostCalls: true,
  },
  {
    reason:
      "an empty name stands for the default account, as in Kubernetes; the original asks about an account without name",
    requests: ["host-15"],
    otherHostCalls: true,
    rewrite: (text) => text.replace("team-a:'", "team-a:default'"),
  },
];
