import type { Difference } from "../difference.ts";

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason:
      "what names no policy is accepted; the original crashes where template, spec or metadata is missing",
    requests: [
      ...["pod-object-empty", "pod-without-metadata", "deployment-no-spec", "deployment-no-template"],
      ...["deployment-template-null", "deployment-template-no-metadata", "replicaset-no-template"],
      ...["cronjob-no-jobtemplate", "cronjob-empty-jobtemplate"],
    ],
    answer: { allowed: true },
  },
  {
    reason: "a DELETE is refused in words that say why",
    requests: ["delete-pod", "delete-deployment", "delete-pod-object-null"],
    answer: { allowed: false, code: 400, message: "the request has no object" },
  },
  {
    reason: "an object of another kind than the request says is rejected",
    requests: ["pod-object-says-deployment"],
    answer: { allowed: false, code: 400, message: "the request says Pod, its object Deployment" },
  },
];
