import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason:
      "a missing pod spec is left alone; the original adds one without containers, which no API server accepts",
    requests: ["pod-no-spec", "pod-spec-null", "pod-object-empty"],
    withoutOperations: /./,
  },
  {
    reason: "missing containers are not filled in",
    requests: ["pod-spec-empty", "pod-containers-null"],
    withoutOperations: /^(add|replace) \/spec\/containers$/,
  },
  {
    reason: "fields that the original's Kubernetes types do not know survive",
    requests: ["pod-unknown-fields"],
    withoutOperations: /^remove .*\/future(Knob|Field)$/,
  },
  {
    reason: "lists and objects that are null stay as they are",
    requests: ["pod-lists-null"],
    withoutOperations: /^remove \/spec\/(ephemeralContainers|initContainers|securityContext|volumes)$/,
  },
  {
    reason: "missing names, kinds and metadata are not filled in",
    requests: [
      "pod-container-name-missing",
      "pod-object-without-kind",
      "pod-object-without-type",
      "pod-without-metadata",
      "option-no-name",
    ],
    withoutOperations: /^add (\/kind|\/apiVersion|\/metadata|.*\/name)$/,
  },
];
