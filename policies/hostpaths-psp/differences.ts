import type { Difference } from "../difference.ts";

const refusedSettings = (id: string, message: string): Difference => ({
  reason: "settings of a wrong type are refused; the original takes them and refuses every request",
  settings: [id],
  answer: { allowed: false, code: 500, message: `invalid settings: ${message}` },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "settings of a wrong type are named; the original looks for keys in them",
    settings: ["s16"],
    settingsMessage: "allowedHostPaths: expected array, got string",
  },
  {
    reason: "settings of a wrong type are named; the original looks for keys in them",
    settings: ["s17"],
    settingsMessage: "allowedHostPaths: expected array, got object",
  },
  {
    reason: "settings of a wrong type are named; the original looks for keys in them",
    settings: ["s18"],
    settingsMessage: "allowedHostPaths.0: expected object, got string",
  },
  refusedSettings(
    "s19",
    "allowedHostPaths.0.pathPrefix: expected string, got number; allowedHostPaths.0.readOnly: expected boolean, got string",
  ),
  refusedSettings("s21", "allowedHostPaths.0.readOnly: expected boolean, got string"),
  {
    reason: "nothing is mounted by a DELETE, nor where there is no pod spec; the original fails",
    settings: ["s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12"],
    requests: [
      "cronjob-no-jobtemplate",
      "delete-deployment",
      "delete-pod",
      "delete-pod-object-null",
      "deployment-no-spec",
      "deployment-template-no-spec",
      "deployment-template-null",
      "job-template-no-spec",
      "pod-no-spec",
      "pod-object-empty",
      "replicationcontroller-no-template",
      "statefulset-template-no-spec",
    ],
    answer: { allowed: true },
  },
  {
    reason: "a mount without name mounts no volume of a name; the original crashes",
    requests: ["mount-without-name"],
    answer: { allowed: true },
  },
  {
    reason: "a hostPath without path has an empty one; the original crashes",
    requests: ["hostpath-no-path"],
    answer: { allowed: false, message: "hostPath '' mounted as 'v0' is not in the AllowedHostPaths list" },
  },
  {
    reason: "mounts of ephemeral containers are checked",
    settings: ["s3", "s5", "s11"],
    requests: ["ephemeral-mount", "ephemeralcontainers-subresource"],
    answer: {
      allowed: false,
      message: "hostPath '/etc' mounted as 'v0' is not in the AllowedHostPaths list",
    },
  },
  {
    reason: "a path does not leave its prefix by `..`",
    settings: ["s10"],
    requests: ["path-_srv_data_..-rw"],
    answer: {
      allowed: false,
      message: "hostPath '/srv/data/..' mounted as 'v0' is not in the AllowedHostPaths list",
    },
  },
];
