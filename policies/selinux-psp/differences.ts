import type { Difference } from "../difference.ts";

const unreadable = "what cannot be read is rejected; the original accepts it";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "options without the level that is asked for are not those asked for; the original accepts them",
    settings: ["s2", "s3", "s6", "s7"],
    requests: ["no-level", "options-empty"],
    answer: { allowed: false, message: "SELinux validation failed" },
  },
  {
    reason: "the pod template of a workload is checked; the original accepts whatever is no Pod",
    settings: ["s3", "s4", "s5", "s6", "s7", "s9", "s16"],
    requests: [
      "cronjob-bad",
      "cronjob-good",
      "deployment-bad",
      "deployment-empty-metadata",
      "deployment-good",
      "deployment-template-no-metadata",
      "deployment-unknown-fields",
      "job-bad",
      "job-good",
      "update-deployment-bad",
    ],
    answer: { allowed: false, message: "SELinux validation failed" },
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
    reason: unreadable,
    requests: ["pod-containers-string"],
    answer: { allowed: false, code: 400, message: "containers: expected array, got string" },
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
];
