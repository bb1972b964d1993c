import type { Secret, WebhookConfiguration } from "@kubewarden-ts/api/core";
import type { ClusterView } from "../cluster-view.ts";
import { authoritySecretName, caBundle } from "./ca-bundle.ts";
import { auditScannerSecretName, isPolicyServerSecret, webhookSecretName } from "./leaf-secrets.ts";
import { isOurWebhookConfiguration, trusts } from "./webhook-bundles.ts";

/** Asks for a pass over the certificates; there is one queue key for all of them. */
export const certificatesKey = "certificates";

/**
 * Asks for a pass when a Secret of ours changes, or a webhook configuration no longer trusts what it should: an authority
 * that Helm or somebody else replaced must not stay unknown for hours.
 * @returns ends it
 */
export function certificateTriggers(view: ClusterView, namespace: string, enqueue: () => void): () => void {
  const onSecret = ({ before, after }: { before?: Secret | undefined; after?: Secret | undefined }): void => {
    const secret = after ?? before;
    if (secret !== undefined && isOurSecret(secret) && !isSameData(before, after)) enqueue();
  };
  const onWebhooks = ({ after }: { after?: WebhookConfiguration | undefined }): void => {
    if (after === undefined || !isOurWebhookConfiguration(after)) return;
    if (!trustsCurrent(after, view.secrets.get({ name: authoritySecretName, namespace }))) enqueue();
  };
  const ends = [
    view.secrets.onChange(onSecret),
    view.validatingWebhooks.onChange(onWebhooks),
    view.mutatingWebhooks.onChange(onWebhooks),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function isOurSecret(secret: Secret): boolean {
  const { name } = secret.metadata;
  const named = [authoritySecretName, webhookSecretName, auditScannerSecretName].includes(name);
  return named || isPolicyServerSecret(secret);
}

function isSameData(before: Secret | undefined, after: Secret | undefined): boolean {
  return JSON.stringify(before?.data) === JSON.stringify(after?.data);
}

/** Without a usable authority a pass is needed anyway. */
function trustsCurrent(configuration: WebhookConfiguration, authority: Secret | undefined): boolean {
  try {
    return trusts(configuration, caBundle(authority));
  } catch {
    return false;
  }
}
