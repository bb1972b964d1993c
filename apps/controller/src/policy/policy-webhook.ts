import type { WebhookConfiguration } from "@kubewarden-ts/api/core";
import { type NamedPolicy, type Policy, uniqueName } from "@kubewarden-ts/api/policies";
import { createOrMergePatch, type Informer } from "@kubewarden-ts/kube";
import { authoritySecretName, caBundle } from "../certificates/ca-bundle.ts";
import type { ControllerContext } from "../context.ts";
import {
  desiredWebhookConfiguration,
  type WebhookVariant,
  webhookTypes,
  webhookVariant,
} from "./webhook-configuration.ts";
import { hasOurLabel, isOurs, namesPolicy } from "./webhook-owner.ts";

const variants: readonly WebhookVariant[] = ["validating", "mutating"];

function informerOf({ view }: ControllerContext, variant: WebhookVariant): Informer<WebhookConfiguration> {
  return variant === "validating" ? view.validatingWebhooks : view.mutatingWebhooks;
}

/** The variants of a policy's webhook configuration that there are, as far as the view knows; not those of others. */
export function existingWebhooks(context: ControllerContext, policy: NamedPolicy): WebhookVariant[] {
  return variants.filter((variant) => isSeenAsOurs(context, variant, policy) === true);
}

/** @returns `undefined` when there is none */
function isSeenAsOurs(
  context: ControllerContext,
  variant: WebhookVariant,
  policy: NamedPolicy,
): boolean | undefined {
  const found = informerOf(context, variant).get({ name: uniqueName(policy) });
  return found && isOurs(found, policy, context.config.deploymentsNamespace);
}

/** Whether the webhook configuration is ours, and of this policy. */
export function isWebhookOf(
  context: ControllerContext,
  variant: WebhookVariant,
  policy: NamedPolicy,
): boolean {
  const found = informerOf(context, variant).get({ name: uniqueName(policy) });
  return found !== undefined && hasOurLabel(found) && namesPolicy(found, policy);
}

/**
 * Creates or patches the policy's webhook configuration, never replaces it: the role of the controller has no `update`
 * (controller.md 6.6). Then the other variant goes, so that there is no moment without one.
 * @returns what it came to; `no` when everything was as it is to be
 * @throws {CertificateError} without certificate authority
 * @throws {KubeError} such as `KUBE_REFUSED` for a value that the API server does not take
 */
export async function writeWebhook(
  context: ControllerContext,
  policy: Policy,
  signal: AbortSignal,
): Promise<"created" | "patched" | "no"> {
  const { deploymentsNamespace: namespace } = context.config;
  const authority = context.view.secrets.get({ name: authoritySecretName, namespace });
  const { type, object } = desiredWebhookConfiguration(policy, {
    ...{ namespace, caBundle: caBundle(authority), features: context.features },
  });
  const current = informerOf(context, type).get({ name: object.metadata.name });
  const write = { current, desired: object, signal };
  const { changed } = await createOrMergePatch(context.objects, webhookTypes[type], write);
  await deleteWebhooks(context, policy, {
    variants: existingWebhooks(context, policy).filter((variant) => variant !== webhookVariant(policy)),
    signal,
  });
  if (changed === "created") {
    const foreign = variants.filter((variant) => isSeenAsOurs(context, variant, policy) === false);
    tellOfForeign(context, policy, foreign);
  }
  return changed;
}

/**
 * Deletes webhook configurations of a policy. Whose they are the API server is asked, not the view, and one that is none of
 * ours stays.
 * @param options.variants - both, unless told
 * @returns those that stay
 */
export async function deleteWebhooks(
  { objects, config }: ControllerContext,
  policy: NamedPolicy,
  options: { readonly variants?: readonly WebhookVariant[]; readonly signal: AbortSignal },
): Promise<WebhookVariant[]> {
  const { signal } = options;
  const name = { name: uniqueName(policy) };
  const foreign: WebhookVariant[] = [];
  for (const variant of options.variants ?? variants) {
    const type = webhookTypes[variant];
    const found = await objects.get(type, name, { signal });
    if (found === undefined) continue;
    if (!isOurs(found, policy, config.deploymentsNamespace)) {
      foreign.push(variant);
      continue;
    }
    const { uid } = found.metadata;
    await objects.delete(type, name, { ...(uid !== undefined && { uid }), signal });
  }
  return foreign;
}

/** Has people hear of webhook configurations that have a policy's name and are none of ours. */
export function tellOfForeign(
  { events }: ControllerContext,
  policy: Policy,
  foreign: readonly WebhookVariant[],
): void {
  for (const variant of foreign) {
    const message = `${webhookTypes[variant].kind} ${uniqueName(policy)} is none of ours and stays: rename it, or the policy`;
    events.record({ about: policy, type: "Warning", reason: "WebhookNotOurs", message });
  }
}
