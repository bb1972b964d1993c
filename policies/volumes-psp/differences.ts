import type { Difference } from "../difference.ts";

const unreadable = (request: string, message: string): Difference => ({
  reason:
    "volumes that are no list of objects are refused as such; the original takes them for one or for none",
  requests: [request],
  answer: { allowed: false, code: 400, message },
});

const checked = (settings: readonly string[], requests: readonly string[], message: string): Difference => ({
  reason: "workloads are checked; the original accepts every one unless no type is allowed",
  settings,
  requests,
  answer: { allowed: false, message },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  checked(
    ["s3", "s4", "s6", "s10", "s11"],
    [
      "deployment-bad",
      "deployment-empty-metadata",
      "deployment-template-no-metadata",
      "job-bad",
      "statefulset-bad",
      "update-deployment-bad",
    ],
    "volume 'vol-0' of type 'hostPath' is not in the AllowedTypes list; volume 'vol-1' of type 'nfs' is not in the AllowedTypes list",
  ),
  checked(["s5"], ["deployment-bad"], "volume 'vol-1' of type 'nfs' is not in the AllowedTypes list"),
  checked(
    ["s9"],
    ["replicationcontroller-good"],
    "volume 'vol-0' of type 'configMap' is not in the AllowedTypes list",
  ),
  unreadable("volumes-string", "volumes: expected array, got string"),
  unreadable("volumes-object", "volumes: expected array, got object"),
  unreadable("volume-strings", "volumes[0]: expected object, got string"),
  unreadable("pod-object-list", "the object is a list"),
  {
    reason: "an object of another kind than its request is refused as a whole",
    requests: ["pod-object-says-deployment"],
    answer: { allowed: false, code: 400, message: "the request says Pod, its object Deployment" },
  },
];
