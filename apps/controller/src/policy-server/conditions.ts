import { type Condition, isFalse, isTrue } from "@kubewarden-ts/api";

/** Condition of a PolicyServer, beyond upstream: all that its spec asks for is there and runs. */
export const readyType = "Ready";
/** Condition of a PolicyServer that is being deleted (controller.md 1.5). */
export const cleanedUpType = "PolicyWebhooksCleanedUp";

export function ready(message: string): Condition {
  return { type: readyType, status: "True", reason: "ReplicasReady", message };
}

/** @param reason - one word in CamelCase */
export function notReady(reason: string, message: string): Condition {
  return { type: readyType, status: "False", reason, message };
}

/** @param remaining - unique names of the policies whose webhook configurations are still there */
export function webhooksCleanedUp(remaining: readonly string[]): Condition {
  if (remaining.length === 0) return isTrue(cleanedUpType);
  return isFalse(cleanedUpType, `Waiting for webhook cleanup of policies: ${remaining.join(", ")}`);
}
