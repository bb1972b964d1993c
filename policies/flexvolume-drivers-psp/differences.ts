import type { Difference } from "../difference.ts";

const unreadable = (request: string, message: string): Difference => ({
  reason: "what cannot be read is refused; the original accepts it",
  requests: [request],
  answer: { allowed: false, code: 400, message },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a pod without spec has no volumes; the original fails",
    requests: ["pod-no-spec", "pod-spec-null", "pod-object-empty"],
    answer: { allowed: true },
  },
  {
    reason: "workloads are checked; the original accepts every one",
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
    answer: { allowed: false, message: "Pod has at least one invalid flex volume driver" },
  },
  unreadable("driver-number", "volumes[0].flexVolume.driver: expected string, got number"),
  unreadable("pod-object-list", "the object is a list"),
  unreadable("pod-object-says-deployment", "the request says Pod, its object Deployment"),
];
