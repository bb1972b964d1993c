import { isBeingDeleted } from "@kubewarden-ts/api";
import { finalizer, type PolicyServer, policyServers } from "@kubewarden-ts/api/policies";
import type { ReconcileResult } from "@kubewarden-ts/kube";
import { byPolicyServerLabel } from "../cluster-view.ts";
import { finishDeletion } from "./finish-deletion.ts";
import type { PolicyServerContext } from "./policy-server-context.ts";
import { writeStatus } from "./policy-server-status.ts";
import { readyCondition } from "./readiness.ts";
import { reconcileObjects } from "./reconcile-objects.ts";

/**
 * One pass over a PolicyServer (controller.md 3): its objects, and its status, which says what failed too (behaviour 43).
 * Whatever it depends on brings it here again, see `policyServerTriggers`.
 * @param name - of the PolicyServer; nothing is done when there is none
 * @throws {PolicyServerError} when an object could not be written
 * @throws {KubeError} when the status, or the finalizer, could not be written
 */
export async function reconcilePolicyServer(
  context: PolicyServerContext,
  name: string,
  signal: AbortSignal,
): Promise<ReconcileResult | undefined> {
  const { view, written } = context;
  const inView = view.policyServers.get({ name });
  if (inView === undefined) return undefined;
  const server = written.get(inView) ?? inView;
  if (isBeingDeleted(server)) return await finishDeletion(context, { server, inView }, signal);
  const { conditions, deployment, error } = await reconcileObjects(context, server, signal);
  const pods = view.pods.byIndex(byPolicyServerLabel, name);
  const found = [...conditions, readyCondition(server, { conditions, deployment }, pods)];
  const stored = await writeStatus(context, { server, inView }, found, signal);
  await addFinalizer(context, { server: stored, inView }, signal);
  if (error !== undefined) throw error;
  return undefined;
}

/**
 * Older charts have a webhook add the finalizer, newer ones leave it to the controller (controller.md 8). It comes last:
 * admission may refuse the change of a PolicyServer whose spec is no longer allowed, and its policies need it none the less.
 */
async function addFinalizer(
  { objects, written }: PolicyServerContext,
  { server, inView }: { readonly server: PolicyServer; readonly inView: PolicyServer },
  signal: AbortSignal,
): Promise<void> {
  const { name, resourceVersion, finalizers = [] } = server.metadata;
  if (finalizers.includes(finalizer)) return;
  const patch = { metadata: { resourceVersion, finalizers: [...finalizers, finalizer] } };
  written.set(inView, await objects.mergePatch(policyServers, { name }, patch, { signal }));
}
