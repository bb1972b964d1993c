import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "only the resource is changed; the original adds a user without name",
    settings: ["s0"],
    requests: ["missing-user", "null-user"],
    withoutOperations: /^(?:add|replace) \/user$/,
  },
  {
    reason: "members are those of their exact names; the original takes them in capitals, and renames them",
    settings: ["s0", "s1", "s3"],
    requests: ["upper-keys"],
    answer: { allowed: false, code: 400, message: 'json: unknown field "User"' },
  },
  {
    reason: "unknown settings are passed over; the original takes them, and then rejects every request",
    settings: ["s12"],
    requests: [
      "bad-user",
      "bad-action",
      "bad-resource",
      "all-bad",
      "hay",
      "missing-user",
      "null-user",
      "null",
    ],
    answer: { allowed: true },
  },
];
