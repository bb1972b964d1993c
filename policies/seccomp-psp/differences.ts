import type { Difference } from "../difference.ts";

const workload = "the pod template of a workload is checked; the original fails on whatever is no Pod";
const badTypes = (type: string) =>
  `Resource violations: Invalid podspec seccomp profile types: ${type}. Invalid container seccomp profile types: ${type}`;

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a DELETE has nothing to check; the original fails",
    requests: ["delete-pod", "delete-pod-object-null", "delete-deployment"],
    answer: { allowed: true },
  },
  {
    reason: "a workload without pod spec is accepted; the original fails on whatever is no Pod",
    requests: [
      "cronjob-empty-jobtemplate",
      "cronjob-no-jobtemplate",
      "deployment-no-spec",
      "deployment-no-template",
      "deployment-template-no-spec",
      "deployment-template-null",
      "job-template-no-spec",
      "replicaset-no-template",
      "replicationcontroller-no-template",
      "statefulset-template-no-spec",
    ],
    answer: { allowed: true },
  },
  {
    reason: workload,
    settings: ["s7", "s11"],
    requests: ["deployment-unknown-fields"],
    answer: { allowed: true },
  },
  {
    reason: workload,
    settings: ["s4", "s12"],
    requests: ["cronjob-bad", "deployment-bad", "update-deployment-bad"],
    answer: { allowed: true },
  },
  {
    reason: workload,
    settings: ["s0", "s1", "s5", "s8", "s9", "s14"],
    requests: ["cronjob-good", "deployment-unknown-fields", "job-good"],
    answer: { allowed: false, message: badTypes("RuntimeDefault") },
  },
  {
    reason: workload,
    settings: ["s1", "s3", "s5", "s10", "s13"],
    requests: [
      "deployment-bad",
      "deployment-empty-metadata",
      "deployment-template-no-metadata",
      "job-bad",
      "update-deployment-bad",
    ],
    answer: { allowed: false, message: badTypes("Unconfined") },
  },
];
