import type { Difference } from "../difference.ts";

const unreadable = (request: string, message: string): Difference => ({
  reason: "what cannot be read is refused; the original accepts it",
  requests: [request],
  answer: { allowed: false, code: 400, message },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "workloads are checked; the original accepts every one",
    requests: [
      "cronjob-bad",
      "deployment-bad",
      "deployment-empty-metadata",
      "deployment-template-no-metadata",
      "job-bad",
      "update-deployment-bad",
    ],
    answer: {
      allowed: false,
      message: "One of the containers does not have readOnlyRootFilesystem enabled",
    },
  },
  unreadable("string", "containers[0].securityContext.readOnlyRootFilesystem: expected boolean, got string"),
  unreadable("pod-containers-string", "containers: expected array, got string"),
  unreadable("pod-object-list", "the object is a list"),
  unreadable("pod-object-says-deployment", "the request says Pod, its object Deployment"),
];
