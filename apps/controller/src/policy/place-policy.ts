import { type Condition, isBeingDeleted } from "@kubewarden-ts/api";
import { type Policy, type PolicyServer, policyServers, uniqueName } from "@kubewarden-ts/api/policies";
import {
  notUniquelyReachable,
  policyActive,
  policyInactive,
  policyUnloaded,
  uniqueNameTaken,
  webhookNotWritten,
} from "./conditions.ts";
import { configurationCondition, observedMode } from "./observed-configuration.ts";
import { rivalOf } from "./policies-of-unique-name.ts";
import type { PolicyContext } from "./policy-context.ts";
import { holdPolicy } from "./policy-deletion.ts";
import { webhookEvents } from "./policy-events.ts";
import type { PolicyFindings } from "./policy-status.ts";
import { deleteWebhooks, existingWebhooks, tellOfForeign, writeWebhook } from "./policy-webhook.ts";
import { type ServedPolicy, servedPolicy } from "./served-policy.ts";
import { serverState } from "./server-state.ts";

/** What the pass found; `error` is thrown once the status is written. */
export type Placement = PolicyFindings & { readonly error?: unknown };

/** Has the API server ask the policy, or not, as the policy server allows (controller.md 4.2). */
export async function placePolicy(
  context: PolicyContext,
  policy: Policy,
  signal: AbortSignal,
): Promise<Placement> {
  const rival = rivalOf(context.view, policy);
  if (rival !== undefined) return nameTaken(policy, rival);
  if (policy.spec.policyServer === "") return await withoutServer(context, policy, "unscheduled", signal);
  const server = await findServer(context, policy, signal);
  if (server === undefined) return await withoutServer(context, policy, "scheduled", signal);
  const state = serverState(context, server);
  const served = servedPolicy(context, state, policy);
  const { condition, ...placed } = await placeWebhook(context, policy, served, signal);
  const conditions = [condition, ...served.conditions, ...configurationCondition(state)];
  return { ...placed, conditions, replicas: served.replicas, mode: observedMode(state, uniqueName(policy)) };
}

/**
 * The policy server, unless it is being deleted. That there is none is not believed to a copy: a webhook configuration
 * is taken away for it.
 * @throws {KubeError} when the API server does not say
 */
async function findServer(
  { view, objects }: PolicyContext,
  { spec }: Policy,
  signal: AbortSignal,
): Promise<PolicyServer | undefined> {
  const name = { name: spec.policyServer };
  const server = view.policyServers.get(name) ?? (await objects.get(policyServers, name, { signal }));
  return server === undefined || isBeingDeleted(server) ? undefined : server;
}

/** Nothing answers for the policy: nobody may ask. */
async function withoutServer(
  context: PolicyContext,
  policy: Policy,
  policyStatus: "scheduled" | "unscheduled",
  signal: AbortSignal,
): Promise<Placement> {
  // what was just created may not be in the view; once the status says so, it is
  const isKnown = policy.status?.policyStatus === policyStatus;
  const seen = isKnown ? { variants: existingWebhooks(context, policy) } : {};
  const foreign = await deleteWebhooks(context, policy, { ...seen, signal });
  if (!isKnown) tellOfForeign(context, policy, foreign);
  const wasLoaded = policy.status?.conditions?.some(({ type }) => type === policyUnloaded.type) ?? false;
  const conditions = [
    ...[policyInactive, notUniquelyReachable("there is no policy server")],
    ...(wasLoaded ? [policyUnloaded] : []),
  ];
  return { policyStatus, conditions, replicas: [] };
}

/** What it is called is the name of another policy's webhook configuration, which must not go back and forth. */
function nameTaken(policy: Policy, { kind, metadata: { name, namespace } }: Policy): Placement {
  const owner = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  return { policyStatus: "pending", conditions: [uniqueNameTaken(uniqueName(policy), owner)], replicas: [] };
}

type PlacedWebhook = Pick<Placement, "policyStatus" | "error"> & { readonly condition: Condition };

/**
 * Creates or updates the webhook configuration once the policy answers. Of a policy that is active it is put back at once
 * when it is gone, whatever the replicas do: until then nothing would be checked.
 */
async function placeWebhook(
  context: PolicyContext,
  policy: Policy,
  { isCurrent, isLoaded }: ServedPolicy,
  signal: AbortSignal,
): Promise<PlacedWebhook> {
  const wasActive = policy.status?.policyStatus === "active";
  const before = wasActive ? "active" : "pending";
  const exists = existingWebhooks(context, policy).length > 0;
  const isDue = wasActive ? isCurrent || !exists : isCurrent && isLoaded;
  if (!isDue) return { policyStatus: before, condition: exists ? policyActive : policyInactive };
  await holdPolicy(context, policy, signal);
  try {
    const changed = await writeWebhook(context, policy, signal);
    if (wasActive) tellOfWebhook(context, policy, exists && changed === "created" ? "patched" : changed);
    return { policyStatus: "active", condition: policyActive };
  } catch (error) {
    signal.throwIfAborted();
    return { policyStatus: before, condition: webhookNotWritten(error), error };
  }
}

function tellOfWebhook(
  { events }: PolicyContext,
  policy: Policy,
  changed: Awaited<ReturnType<typeof writeWebhook>>,
): void {
  for (const told of webhookEvents(uniqueName(policy), changed)) events.record({ about: policy, ...told });
}
