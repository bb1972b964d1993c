import type { Difference } from "../difference.ts";

/** Settings, requests, and what is found in which container. */
const onlyThose: readonly (readonly [string, readonly string[], string, string])[] = [
  ["s16", ["replicaset-good", "ephemeral-debug"], "app", "TEAM"],
  ["s16", ["two-containers"], "b", "TEAM"],
  ["s16", ["same-name-init-and-container"], "same", "TEAM"],
  ["s17", ["job-good", "env-dup"], "app", "TEAM"],
  ["s17", ["two-containers"], "b", "TEAM"],
  ["s18", ["pod-without-namespace"], "app", "DEBUG"],
  ["s18", ["ephemeralcontainers-subresource"], "debug", "DEBUG"],
  ["s18", ["init-debug"], "i", "DEBUG"],
  ["s18", ["same-name-container-and-ephemeral"], "same", "DEBUG"],
];

const missing =
  "same: Resource is missing required environment variables as specified in the validation rules. The following environment variables are missing: ";
const others =
  "same: Resource must have only environment variables from the validation rule. The following environment variables were found that should not be present: ";

/** Settings, requests, and what is said of two containers of one name. */
const sameName: readonly (readonly [string, string, string])[] = [
  ["s9", "same-name-init-and-container", `${missing}REGION, TEAM, ${missing}REGION`],
  ["s9", "same-name-container-and-ephemeral", `${missing}REGION, ${missing}REGION, TEAM`],
  ["s23", "same-name-init-and-container", `${others}DEBUG, ${others}TEAM`],
  ["s23", "same-name-container-and-ephemeral", `${others}TEAM, ${others}DEBUG`],
];

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "what is deleted brings no variable; the original fails as there is no object",
    requests: ["delete-pod", "delete-pod-object-null", "delete-deployment"],
    answer: { allowed: true },
  },
  ...onlyThose.map(([settings, requests, container, found]) => ({
    reason: "containsOtherThan says what was found; the original's list is always empty",
    settings: [settings],
    requests,
    answer: {
      allowed: false,
      message: `${container}: Resource must not have any environment variables other than those specified in the validation rule. The following environment variables were found that should not be present: ${found}`,
    },
  })),
  ...sameName.map(([settings, request, message]) => ({
    reason: "every container is looked at; of those with one name the original sees the last",
    settings: [settings],
    requests: [request],
    answer: { allowed: false, message },
  })),
];
