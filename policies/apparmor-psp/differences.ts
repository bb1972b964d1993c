import type { Difference } from "../difference.ts";

const kinds = "Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod";

const rejected = (reason: string, requests: readonly string[], message: string): Difference => ({
  reason,
  requests,
  answer: { allowed: false, code: 400, message },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "workloads are checked, and accepted when their profiles are allowed; the original fails on each",
    settings: ["s5"],
    requests: ["cronjob-bad", "deployment-template-no-metadata"],
    answer: { allowed: true },
  },
  {
    reason: "workloads are checked, and accepted when their profiles are allowed; the original fails on each",
    requests: [
      "cronjob-empty-jobtemplate",
      "cronjob-good",
      "cronjob-no-jobtemplate",
      "deployment-good",
      "deployment-no-spec",
      "deployment-no-template",
      "deployment-template-no-spec",
      "deployment-template-null",
      "deployment-unknown-fields",
      "deployment-with-annotation",
      "job-good",
      "job-template-no-spec",
      "replicaset-no-template",
      "replicationcontroller-no-template",
      "statefulset-template-no-spec",
    ],
    answer: { allowed: true },
  },
  {
    reason:
      "profiles of securityContext are checked, in workloads too; the original looks at annotations alone",
    requests: [
      "cronjob-bad",
      "deployment-bad",
      "deployment-empty-metadata",
      "ephemeralcontainers-subresource",
      "job-bad",
      "kind-lower-case",
      "pod-bad",
      "pod-object-without-type",
      "pod-unicode",
      "pod-without-metadata",
      "update-deployment-bad",
      "update-pod-bad",
      "update-pod-bad-finalizer-removed",
      "update-pod-bad-was-good",
    ],
    answer: { allowed: false, message: 'These AppArmor profiles are not allowed: ["unconfined"]' },
  },
  {
    reason: "profiles of securityContext are checked; the original looks at annotations alone",
    requests: ["field-localhost"],
    answer: {
      allowed: false,
      message: 'These AppArmor profiles are not allowed: ["localhost/p", "unconfined"]',
    },
  },
  {
    reason: "a DELETE sets no profile; the original fails",
    requests: ["delete-deployment", "delete-pod", "delete-pod-object-null"],
    answer: { allowed: true },
  },
  rejected(
    "an object of another kind is rejected; the original fails with its decoder's text",
    ["other-kind-configmap", "other-kind-custom", "other-kind-service"],
    `Object should be one of these kinds: ${kinds}`,
  ),
  rejected(
    "what cannot be read is rejected; the original fails with its decoder's text",
    ["pod-containers-string"],
    "spec.containers: expected array, got string",
  ),
  rejected(
    "what cannot be read is rejected; the original fails with its decoder's text",
    ["annotation-number"],
    "metadata.annotations.container.apparmor.security.beta.kubernetes.io/app: expected string, got number",
  ),
  rejected(
    "what cannot be read is rejected; the original fails with its decoder's text",
    ["pod-object-list"],
    "the object is a list",
  ),
  rejected(
    "what cannot be read is rejected; the original fails with its decoder's text",
    ["pod-object-says-deployment"],
    "the request says Pod, its object Deployment",
  ),
];
