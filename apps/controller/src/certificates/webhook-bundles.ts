import type { ResourceType } from "@kubewarden-ts/api";
import {
  mutatingWebhookConfigurations,
  type Secret,
  validatingWebhookConfigurations,
  type Webhook,
  type WebhookConfiguration,
} from "@kubewarden-ts/api/core";
import { partOfLabel } from "@kubewarden-ts/api/policies";
import { caBundle } from "./ca-bundle.ts";
import type { CertificateDeps } from "./certificate-deps.ts";

/** The webhook configurations whose trust is ours to keep: the chart's two, and those of policies. */
export function isOurWebhookConfiguration({ metadata }: WebhookConfiguration): boolean {
  return metadata.labels?.[partOfLabel] === "kubewarden";
}

/** Whether all its webhooks that lead to us trust `bundle`, and nothing else. */
export function trusts({ webhooks }: WebhookConfiguration, bundle: string): boolean {
  return (webhooks ?? []).every((webhook) => trusted(webhook, bundle) === webhook);
}

/**
 * A webhook with our trust. What leads out of the cluster keeps its own: the authority signs for Services only, and another
 * product may wear our label.
 */
function trusted(webhook: Webhook, bundle: string): Webhook {
  const { clientConfig } = webhook;
  if (clientConfig.url !== undefined || clientConfig.caBundle === bundle) return webhook;
  return { ...webhook, clientConfig: { ...clientConfig, caBundle: bundle } };
}

/** A write that is left to do. */
export type PendingWrite = () => Promise<unknown>;

/**
 * What to write so that the API server trusts the authority, and the one before while it is there, for every webhook of
 * ours (controller.md 5, behaviours 28 and 29). A patch, since the controller may not PUT these (4.4); with the resource
 * version, since it replaces the whole list and must not undo what somebody else wrote meanwhile.
 */
export function bundleWrites(
  { objects, view }: CertificateDeps,
  authority: Secret,
  signal: AbortSignal,
): PendingWrite[] {
  const bundle = caBundle(authority);
  const writes = (type: ResourceType<WebhookConfiguration>, stored: readonly WebhookConfiguration[]) =>
    stored
      .filter((configuration) => isOurWebhookConfiguration(configuration) && !trusts(configuration, bundle))
      .map((configuration) => () => {
        const { name, resourceVersion } = configuration.metadata;
        const webhooks = (configuration.webhooks ?? []).map((webhook) => trusted(webhook, bundle));
        return objects.mergePatch(type, { name }, { metadata: { resourceVersion }, webhooks }, { signal });
      });
  return [
    ...writes(validatingWebhookConfigurations, view.validatingWebhooks.list()),
    ...writes(mutatingWebhookConfigurations, view.mutatingWebhooks.list()),
  ];
}
