import type { WebhookConfiguration } from "@kubewarden-ts/api/core";
import {
  type NamedPolicy,
  partOfLabel,
  policyNameAnnotation,
  policyNamespaceAnnotation,
  uniqueName,
} from "@kubewarden-ts/api/policies";

/** Whether the annotations of a webhook configuration name this policy. */
export function namesPolicy({ metadata }: WebhookConfiguration, policy: NamedPolicy): boolean {
  const { annotations = {} } = metadata;
  return (
    annotations[policyNameAnnotation] === policy.metadata.name &&
    annotations[policyNamespaceAnnotation] === (policy.metadata.namespace ?? "")
  );
}

/** As it is now, and as it was before 1.16 (controller.md 1.7). */
export function hasOurLabel({ metadata: { labels = {} } }: WebhookConfiguration): boolean {
  return labels[partOfLabel] === "kubewarden" || labels["kubewarden"] === "true";
}

/**
 * Whether a webhook configuration of a policy's name may be deleted with it. One that somebody emptied of labels and
 * annotations is ours by whom it asks: left behind, it would have everything refused.
 * @param namespace - of the policy servers
 */
export function isOurs(webhook: WebhookConfiguration, policy: NamedPolicy, namespace: string): boolean {
  return hasOurLabel(webhook) || namesPolicy(webhook, policy) || asksFor(webhook, policy, namespace);
}

function asksFor({ webhooks }: WebhookConfiguration, policy: NamedPolicy, namespace: string): boolean {
  const path = `/validate/${uniqueName(policy)}`;
  return (webhooks ?? []).some(
    ({ clientConfig: { service } }) => service?.namespace === namespace && service.path === path,
  );
}
