import type { Difference } from "../difference.ts";

const unreadable = "what cannot be read is rejected; the original accepts it";
const workload = "the pod template of a workload is checked; the original accepts whatever is no Pod";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "the rest of the pod's securityContext survives",
    requests: ["sc-other-fields"],
    withoutOperations: /^remove \/spec\/securityContext\//,
  },
  {
    reason: "fields that the original's Kubernetes types do not know survive",
    requests: ["container-level-only"],
    withoutOperations: /^remove \/spec\/containers\/0\/securityContext\/fsGroup$/,
  },
  {
    reason: "lists that are null stay as they are",
    requests: ["pod-lists-null", "pod-containers-null"],
    withoutOperations: /^(remove|replace) \/spec\/(containers|ephemeralContainers|initContainers|volumes)$/,
  },
  {
    reason: "missing names and lists are not filled in",
    requests: ["pod-container-name-missing", "pod-spec-empty"],
    withoutOperations: /^add \/spec\/containers(\/0\/name)?$/,
  },
  {
    reason: "fsGroup is checked and set whatever stands in other fields",
    settings: ["s0"],
    requests: ["pod-containers-string"],
    answer: { allowed: true },
  },
  {
    reason: workload,
    settings: ["s0", "s8", "s19"],
    requests: ["cronjob-bad", "deployment-bad", "deployment-template-no-metadata"],
    answer: { allowed: false, message: "fsGroup 5 is not included in any range" },
  },
  {
    reason: workload,
    settings: ["s1", "s2", "s8"],
    requests: ["cronjob-good", "deployment-good", "deployment-unknown-fields", "job-good"],
    answer: { allowed: false, message: "fsGroup 1500 is not included in any range" },
  },
  {
    reason: unreadable,
    requests: ["fsgroup-string"],
    answer: {
      allowed: false,
      code: 400,
      message: "securityContext.fsGroup: expected integer, got string",
    },
  },
  {
    reason: unreadable,
    requests: ["pod-object-list"],
    answer: { allowed: false, code: 400, message: "the object is a list" },
  },
  {
    reason: unreadable,
    requests: ["pod-object-says-deployment"],
    answer: { allowed: false, code: 400, message: "the request says Pod, its object Deployment" },
  },
  {
    reason: "none: the test reads the number in the recorded request rounded to a multiple of two",
    requests: ["fsgroup-9007199254740993"],
    answer: { allowed: false, message: "fsGroup 9007199254740992 is not included in any range" },
  },
];
