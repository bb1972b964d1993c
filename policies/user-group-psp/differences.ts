import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "with validate_only a compliant pod is accepted; the original rejects every pod",
    settings: ["s15", "s17", "t5"],
    requests: ["replicationcontroller-good", "group-2000", "group-1000", "host-27"],
    answer: { allowed: true },
  },
  {
    reason: "fields that the original's Kubernetes types do not know survive",
    requests: ["pod-unknown-fields", "deployment-unknown-fields"],
    withoutOperations: /^remove .*\/future(Knob|Field)$/,
  },
  {
    reason: "lists and fields that are null stay as they are",
    requests: ["pod-lists-null", "pod-containers-null", "supplemental-null", "user-null"],
    withoutOperations: /^remove |^replace \/spec\/containers$/,
  },
  {
    reason: "missing names, lists, kinds, versions and metadata are not filled in",
    requests: [
      "pod-container-name-missing",
      "pod-object-without-kind",
      "pod-object-without-type",
      "pod-spec-empty",
      "pod-without-metadata",
    ],
    withoutOperations: /^add (\/kind|\/apiVersion|\/metadata|\/spec\/containers|.*\/name)$/,
  },
];
