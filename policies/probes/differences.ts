import type { Difference } from "../difference.ts";

const pieces = /(?<!init |ephemeral )(?=(?:init |ephemeral )?container \S* is invalid: )/;

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "init and ephemeral containers cannot have probes; the original demands them all the same",
    settings: ["s0", "s1", "s10", "s2", "s3", "s31", "s34", "s4", "s5", "s6", "s7", "s8", "s9"],
    requests: ["init-without", "ephemeral", "ephemeralcontainers-subresource"],
    answer: { allowed: true },
  },
  {
    reason: "the same, beside problems of other containers; these are set apart",
    requests: ["init-without", "ephemeral", "everything-missing"],
    rewrite: (text) =>
      text
        .split(pieces)
        .filter((piece) => piece.startsWith("container"))
        .join("; "),
  },
  {
    reason: "the problems of containers are set apart; the original writes them without anything between",
    requests: ["two-containers-wrong", "init-sidecar-with"],
    rewrite: (text) => text.split(pieces).join("; "),
  },
];
