import { finalizer, legacyFinalizer, type Policy, uniqueName } from "@kubewarden-ts/api/policies";
import { errorText } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import { policiesOfUniqueName, rivalOf } from "./policies-of-unique-name.ts";
import type { PolicyContext } from "./policy-context.ts";
import type { PolicyName } from "./policy-key.ts";
import { typeOfPolicy } from "./policy-types.ts";
import { deleteWebhooks, existingWebhooks, isWebhookOf, tellOfForeign } from "./policy-webhook.ts";

const ours: readonly string[] = [finalizer, legacyFinalizer];

/**
 * Sees to it that a policy does not go before its webhook configuration does. Admission adds the finalizer; policies that
 * were there before us, or outlived us without it, get it here (controller.md 8). Where the API server does not take it,
 * as for a policy that newer rules refuse, the policy is enforced all the same: see {@link removeLeftover}.
 */
export async function holdPolicy(context: PolicyContext, policy: Policy, signal: AbortSignal): Promise<void> {
  const { name, namespace, resourceVersion, finalizers = [] } = policy.metadata;
  if (finalizers.some((each) => ours.includes(each))) return;
  const patch = { metadata: { resourceVersion, finalizers: [...finalizers, finalizer] } };
  try {
    await context.objects.mergePatch(typeOfPolicy(policy), { name, namespace }, patch, { signal });
  } catch (error) {
    signal.throwIfAborted();
    // somebody was faster: the next pass sees what they wrote
    if (isKubeError(error, "KUBE_CONFLICT")) return;
    context.log.warn("policy has no finalizer", { policy: uniqueName(policy), error: errorText(error) });
  }
}

/**
 * Takes a policy that is being deleted out of use: first nobody asks it any more, then it may go (controller.md 4.7). The
 * view may not yet show what was just created, so both variants of the webhook configuration are deleted unseen; without
 * a finalizer of ours, only what is seen.
 */
export async function finishDeletion(
  context: PolicyContext,
  policy: Policy,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, resourceVersion, finalizers = [] } = policy.metadata;
  const rest = finalizers.filter((each) => !ours.includes(each));
  const isHeld = rest.length < finalizers.length;
  if (rivalOf(context.view, policy) === undefined) {
    const seen = isHeld ? {} : { variants: existingWebhooks(context, policy) };
    tellOfForeign(context, policy, await deleteWebhooks(context, policy, { ...seen, signal }));
  }
  if (!isHeld) return;
  // with the version, so that a finalizer of somebody else that just came is not lost
  const patch = { metadata: { resourceVersion, finalizers: rest } };
  await context.objects.mergePatch(typeOfPolicy(policy), { name, namespace }, patch, { signal });
}

/**
 * Deletes the webhook configuration of a policy that went away without its finalizer, as when somebody took that off: the
 * policy server knows no such policy, so whatever the API server asks about it would be refused. The API server has to say
 * that there is no such policy; where it does not know the kind either, nothing is deleted.
 */
export async function removeLeftover(
  context: PolicyContext,
  name: PolicyName,
  signal: AbortSignal,
): Promise<void> {
  const gone = { kind: name.kind, metadata: { name: name.name, ...namespaceOf(name) } };
  const variants = existingWebhooks(context, gone).filter((variant) => isWebhookOf(context, variant, gone));
  if (variants.length === 0 || policiesOfUniqueName(context.view, uniqueName(gone)).length > 0) return;
  if ((await context.objects.get(typeOfPolicy(gone), name, { signal })) !== undefined) return;
  await deleteWebhooks(context, gone, { variants, signal });
  context.log.warn("deleted the webhook configuration of a policy that is gone", { name: uniqueName(gone) });
}

function namespaceOf({ namespace }: PolicyName): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
