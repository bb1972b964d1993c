import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a missing pod spec is left alone; the original adds an empty one, which no API server accepts",
    requests: [
      "pod-no-spec",
      "pod-spec-null",
      "pod-object-empty",
      "deployment-no-spec",
      "deployment-no-template",
      "deployment-template-null",
      "cronjob-no-jobtemplate",
      "cronjob-empty-jobtemplate",
      "job-template-no-spec",
      "replicaset-no-template",
      "replicationcontroller-no-template",
      "statefulset-template-no-spec",
    ],
    withoutOperations: /./,
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
    requests: ["pod-container-name-missing", "pod-object-without-kind", "pod-without-metadata"],
    withoutOperations: /^add (\/kind|\/metadata|.*\/name)$/,
  },
  {
    reason: "the securityContext of a container that needs no change survives when another one is changed",
    requests: ["sibling-only-sc", "sibling-unchanged", "init-add", "init-changes-container-not"],
    withoutOperations: /^remove .*\/securityContext$/,
  },
];
