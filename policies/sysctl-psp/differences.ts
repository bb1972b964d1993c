import type { Difference } from "../difference.ts";

const typedSettings = (id: string, message: string): Difference => ({
  reason: "the text names path and types instead of the decoder's types",
  settings: [id],
  settingsMessage: message,
});

const unreadable = (request: string, message: string): Difference => ({
  reason:
    "what cannot be read is refused as such; the original takes it for a sysctl without name, or for none",
  requests: [request],
  answer: { allowed: false, code: 400, message },
});

const checked = (settings: readonly string[], requests: readonly string[], message: string): Difference => ({
  reason: "workloads are checked; the original accepts every one",
  settings,
  requests,
  answer: { allowed: false, message },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  typedSettings("s18", "allowedUnsafeSysctls: expected array, got string"),
  typedSettings("s19", "allowedUnsafeSysctls.0: expected string, got number"),
  typedSettings("s20", "forbiddenSysctls: expected array, got object"),
  unreadable("strings", "securityContext.sysctls[0]: expected object, got string"),
  unreadable("object", "securityContext.sysctls: expected array, got object"),
  unreadable("pod-object-list", "the object is a list"),
  {
    reason: "a list that is null is none; the original takes it for a sysctl without name",
    requests: ["null"],
    answer: { allowed: true },
  },
  {
    reason: "an object of another kind than its request is refused as a whole",
    requests: ["pod-object-says-deployment"],
    answer: { allowed: false, code: 400, message: "the request says Pod, its object Deployment" },
  },
  checked(
    ["s1", "s21", "s24"],
    ["deployment-bad", "job-bad"],
    "sysctl kernel.msgmax is not on safe list, nor is in the allowedUnsafeSysctls list",
  ),
  checked(["s5", "s7"], ["cronjob-bad", "statefulset-bad"], "sysctl kernel.msgmax is on the forbidden list"),
  checked(
    ["s7", "s8", "s9"],
    ["cronjob-good", "daemonset-good", "deployment-good", "job-good"],
    "sysctl net.ipv4.tcp_syncookies is on the forbidden list",
  ),
];
