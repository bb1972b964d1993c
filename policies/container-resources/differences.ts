import type { Difference } from "../difference.ts";

/** Requests without resources, without pod spec, or without template. */
const crashes = [
  ...[
    "none",
    "resources-null",
    "pod-container-name-missing",
    "daemonset-none",
    "deployment-none",
    "job-none",
  ],
  ...["cronjob-none", "replicaset-none", "replicationcontroller-none", "ignored-image", "ignored-prefix"],
  ...["ignored-exact-other-tag", "pod-no-spec", "pod-spec-null", "pod-object-empty", "deployment-no-spec"],
  ...["deployment-no-template", "deployment-template-null", "deployment-template-no-spec"],
  ...["job-template-no-spec", "replicaset-no-template", "replicationcontroller-no-template"],
  ...["cronjob-no-jobtemplate", "cronjob-empty-jobtemplate"],
];
/** Settings, requests, and what is said of a quantity. */
const canonical: readonly (readonly [readonly string[], string, string])[] = [
  [["s1"], "res-sci", "memory request '1e6' doesn't reach the min allowed value '64Mi'"],
  [["s12", "s18", "s19", "s56"], "res-sci", "cpu limit '2' exceeds the max allowed value '1'"],
  [["s55"], "res-plus", "cpu limit '1' exceeds the max allowed value '-1'"],
];

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a quantity that is neither text nor number is called so",
    settings: ["s48"],
    settingsMessage: "cpu.maxLimit: expected (string | number), got boolean",
  },
  {
    reason: "what is deleted uses nothing; the original fails as there is no object",
    requests: ["delete-pod", "delete-pod-object-null", "delete-deployment"],
    answer: { allowed: true },
  },
  {
    reason:
      "a container without resources has none, and a missing pod spec no containers; the original crashes",
    requests: crashes,
    answer: { allowed: true },
  },
  ...canonical.map(([settings, request, message]) => ({
    reason: "quantities are always written in canonical form; the original leaves some as they were",
    settings,
    requests: [request],
    answer: { allowed: false, code: 400, message },
  })),
  {
    reason: "empty limits and requests, and those that are null, stay",
    requests: ["limits-empty", "limits-null"],
    withoutOperations: /^remove \/spec\/containers\/0\/resources\/(limits|requests)$/,
  },
  {
    reason: "containers with an ignored image are not read",
    settings: ["s13"],
    requests: ["res-cpu-number"],
    answer: { allowed: true },
  },
  {
    reason: "an object of another kind than the request says is refused",
    settings: ["s20"],
    requests: ["pod-object-says-deployment"],
    answer: { allowed: false, code: 400, message: "the request says Pod, its object Deployment" },
  },
];
