import { isBeingDeleted } from "@kubewarden-ts/api";
import { placePolicy } from "./place-policy.ts";
import type { PolicyContext } from "./policy-context.ts";
import { finishDeletion, removeLeftover } from "./policy-deletion.ts";
import { statusEvents } from "./policy-events.ts";
import { policyOf, readPolicyKey } from "./policy-key.ts";
import { nextStatus, writeStatus } from "./policy-status.ts";

/**
 * One pass over a policy or group of any kind (controller.md 4): its webhook configuration and its status. Whatever it
 * depends on brings it here again, see `policyTriggers`.
 * @param key - as `policyKey` makes it
 * @throws {KubeError} and others when something could not be done; the status says so, where it can be written
 */
export async function reconcilePolicy(
  context: PolicyContext,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const name = readPolicyKey(key);
  const inView = policyOf(context.view, name);
  if (inView === undefined) return await removeLeftover(context, name, signal);
  const policy = context.written.get(inView) ?? inView;
  if (isBeingDeleted(policy)) return await finishDeletion(context, policy, signal);
  const { error, ...found } = await placePolicy(context, policy, signal);
  const status = nextStatus(policy, found, context.clock.now());
  for (const told of statusEvents(policy, status)) context.events.record({ about: policy, ...told });
  await writeStatus(context, { policy, inView }, status, signal);
  if (error !== undefined) throw error;
}
