import type { WebhookConfiguration } from "@kubewarden-ts/api/core";
import {
  type NamedPolicy,
  type Policy,
  partOfLabel,
  policyNameAnnotation,
  policyNamespaceAnnotation,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import { createOrMergePatch, type Informer } from "@kubewarden-ts/kube";
import { authoritySecretName, caBundle } from "../certificates/ca-bundle.ts";
import type { ControllerContext } from "../context.ts";
import {
  desiredWebhookConfiguration,
  type WebhookVariant,
  webhookTypes,
  webhookVariant,
} from "./webhook-configuration.ts";

const variants: readonly WebhookVariant[] = ["validating", "mutating"];

function informerOf({ view }: ControllerContext, variant: WebhookVariant): Informer<WebhookConfiguration> {
  return variant === "validating" ? view.validatingWebhooks : view.mutatingWebhooks;
}

/** The variants of a policy's webhook configuration that there are, as far as the view knows. */
export function existingWebhooks(context: ControllerContext, policy: NamedPolicy): WebhookVariant[] {
  const name = uniqueName(policy);
  return variants.filter((variant) => informerOf(context, variant).get({ name }) !== undefined);
}

/** Whether the annotations of the webhook configuration name this policy. */
export function isWebhookOf(
  context: ControllerContext,
  variant: WebhookVariant,
  policy: NamedPolicy,
): boolean {
  const found = informerOf(context, variant).get({ name: uniqueName(policy) });
  const { labels = {}, annotations = {} } = found?.metadata ?? {};
  return (
    labels[partOfLabel] === "kubewarden" &&
    annotations[policyNameAnnotation] === policy.metadata.name &&
    annotations[policyNamespaceAnnotation] === (policy.metadata.namespace ?? "")
  );
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
  return changed;
}

/**
 * Deletes webhook configurations of a policy.
 * @param options.variants - both, unless told
 */
export async function deleteWebhooks(
  { objects }: ControllerContext,
  policy: NamedPolicy,
  options: { readonly variants?: readonly WebhookVariant[]; readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  for (const variant of options.variants ?? variants) {
    await objects.delete(webhookTypes[variant], { name: uniqueName(policy) }, { signal });
  }
}
