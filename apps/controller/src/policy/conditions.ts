import type { Condition } from "@kubewarden-ts/api";
import { errorText } from "@kubewarden-ts/base";
import { shortText } from "./short-text.ts";

// The conditions of policies (controller.md 1.5). `PolicyLoaded` is ours; so is what stands after the colon of a message.

export const policyActive: Condition = {
  type: "PolicyActive",
  status: "True",
  reason: "PolicyActive",
  message: "The policy webhook has been created",
};

export const policyInactive: Condition = {
  type: "PolicyActive",
  status: "False",
  reason: "PolicyActive",
  message: "The policy webhook has not been created",
};

/** The webhook configuration cannot be written; what was there before is still there. */
export function webhookNotWritten(error: unknown): Condition {
  return { ...policyInactive, reason: "WebhookNotWritten", message: shortText(errorText(error)) };
}

/** Another policy has the same unique name. @param owner - for people */
export function uniqueNameTaken(unique: string, owner: string): Condition {
  const message = `The webhook configuration ${unique} belongs to ${owner}: rename one of the two`;
  return { ...policyInactive, reason: "UniqueNameTaken", message };
}

export const uniquelyReachable: Condition = {
  type: "PolicyUniquelyReachable",
  status: "True",
  reason: "LatestReplicaSetIsUniquelyReachable",
  message: "The latest replica set is uniquely reachable",
};

/** @param problem - what is missing, for people */
export function notUniquelyReachable(problem: string): Condition {
  return {
    type: "PolicyUniquelyReachable",
    status: "False",
    reason: "LatestReplicaSetIsNotUniquelyReachable",
    message: `The latest replica set is not uniquely reachable: ${problem}`,
  };
}

const upToDateType = "PolicyServerConfigurationUpToDate";

export const configurationUpToDate: Condition = {
  type: upToDateType,
  status: "True",
  reason: "ConfigurationVersionMatch",
  message: "Configuration for this policy is up to date",
};

export const configurationOutdated: Condition = {
  type: upToDateType,
  status: "False",
  reason: "ConfigurationVersionMismatch",
  message: "Configuration for this policy is not up to date",
};

export function configurationUnknown(deployment: string): Condition {
  return {
    type: upToDateType,
    status: "False",
    reason: "UnknownConfigurationVersion",
    message: `Configuration version annotation (kubewarden/config-version) in deployment ${deployment} is missing`,
  };
}

const loadedType = "PolicyLoaded";

export const policyLoaded: Condition = {
  type: loadedType,
  status: "True",
  reason: "PolicyLoaded",
  message: "All replicas have loaded the policy",
};

/** Of a policy that was loaded before its policy server went. */
export const policyUnloaded: Condition = {
  type: loadedType,
  status: "Unknown",
  reason: "PolicyServerMissing",
  message: "There is no policy server that could load the policy",
};

/** @param problem - `<pod>: <error>` */
export function policyNotLoaded(problem: string): Condition {
  return { type: loadedType, status: "False", reason: "PolicyNotLoaded", message: problem };
}

/** @param problem - `<pod>: <why it does not say>` */
export function policyLoadUnknown(problem: string): Condition {
  return { type: loadedType, status: "Unknown", reason: "ReplicaDoesNotTell", message: problem };
}
