import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a runtime that is named and not reserved is taken; the original treats it as the default one",
    settings: ["s6", "s8"],
    requests: ["update-pod-good-was-bad", "update-pod-bad-was-good", "pod-int64", "job-good", "class-runc"],
    answer: { allowed: true },
  },
  {
    reason: "a runtime that is named and not reserved stays; the original overwrites it with the fallback",
    settings: ["s5", "s7", "s12"],
    withoutOperations: /^replace .*\/runtimeClassName$/,
  },
  {
    reason: "as before, where runtimes are reserved, too",
    settings: ["s4", "s13"],
    requests: ["class-Kata", "pod-lists-null", "pod-unknown-fields", "deployment-unknown-fields"],
    withoutOperations: /^replace .*\/runtimeClassName$/,
  },
  {
    reason: "missing containers are not filled in",
    requests: ["pod-spec-empty", "pod-containers-null"],
    withoutOperations: /^(add|replace) \/spec\/containers$/,
  },
  {
    reason: "fields that the original's Kubernetes types do not know survive",
    requests: ["pod-unknown-fields", "deployment-unknown-fields"],
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
    ],
    withoutOperations: /^add (\/kind|\/apiVersion|\/metadata|.*\/name)$/,
  },
];
