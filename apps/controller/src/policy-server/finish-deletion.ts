import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import {
  finalizer,
  legacyFinalizer,
  type PolicyServer,
  partOfLabel,
  policyServers,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import { isKubeError, type ReconcileResult } from "@kubewarden-ts/kube";
import { rivalOf } from "../policy/policies-of-unique-name.ts";
import { boundPolicies } from "./bound-policies.ts";
import { notReady, webhooksCleanedUp } from "./conditions.ts";
import type { PolicyServerContext } from "./policy-server-context.ts";
import { writeStatus } from "./policy-server-status.ts";

const ours: readonly string[] = [finalizer, legacyFinalizer];
/** Webhook configurations that go bring the PolicyServer here again; this is for one whose going nobody saw. */
const lookAgainMs = 2000;

/**
 * Holds a PolicyServer that is being deleted until no webhook configuration sends requests to it, then lets it go; the garbage
 * collector removes its objects (controller.md 3.8). Its policies stay.
 */
export async function finishDeletion(
  context: PolicyServerContext,
  { server, inView }: { readonly server: PolicyServer; readonly inView: PolicyServer },
  signal: AbortSignal,
): Promise<ReconcileResult | undefined> {
  const { finalizers = [] } = server.metadata;
  if (!finalizers.some((each) => ours.includes(each))) return undefined;
  const remaining = await remainingWebhooks(context, server, signal);
  const found = [
    webhooksCleanedUp(remaining),
    notReady("BeingDeleted", "The policy server is being deleted"),
  ];
  const stored = await writeStatus(context, { server, inView }, found, signal);
  if (remaining.length > 0) return { requeueAfterMs: lookAgainMs };
  await removeFinalizers(context, stored, signal);
  return undefined;
}

/**
 * Unique names of bound policies whose webhook configuration is still there. Those that the view does not show yet are asked
 * for too, before a PolicyServer that they need may go.
 */
async function remainingWebhooks(
  context: PolicyServerContext,
  server: PolicyServer,
  signal: AbortSignal,
): Promise<string[]> {
  const { view, objects } = context;
  const names = boundPolicies(view, server.metadata.name)
    // the configuration of a name that two policies have belongs to the other one, and so may its server
    .filter((policy) => rivalOf(view, policy) === undefined)
    .map(uniqueName)
    .toSorted();
  const inView = names.filter(
    (name) =>
      view.validatingWebhooks.get({ name }) !== undefined ||
      view.mutatingWebhooks.get({ name }) !== undefined,
  );
  if (inView.length > 0 || names.length === 0) return inView;
  const labelSelector = `${partOfLabel}=kubewarden`;
  const stored = [
    ...(await objects.list(validatingWebhookConfigurations, { labelSelector, signal })),
    ...(await objects.list(mutatingWebhookConfigurations, { labelSelector, signal })),
  ];
  const known = new Set(stored.map(({ metadata }) => metadata.name));
  return names.filter((name) => known.has(name));
}

/** With the version, so that a finalizer of somebody else that just came is not lost; a conflict is looked at again. */
async function removeFinalizers(
  { objects }: PolicyServerContext,
  { metadata: { name, resourceVersion, finalizers = [] } }: PolicyServer,
  signal: AbortSignal,
): Promise<void> {
  const rest = finalizers.filter((each) => !ours.includes(each));
  const patch = { metadata: { resourceVersion, finalizers: rest } };
  try {
    await objects.mergePatch(policyServers, { name }, patch, { signal });
  } catch (error) {
    if (!isKubeError(error, "KUBE_CONFLICT", "KUBE_NOT_FOUND")) throw error;
  }
}
