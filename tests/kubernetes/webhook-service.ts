import type { ApiClient } from "./api-client.ts";

/** A Service through which the API server reaches a server on this machine. */
export interface WebhookService {
  /** the `service` of a webhook's `clientConfig`; add the `path` */
  service: { name: string; namespace: string; port: number };
  /** what the API server expects in the certificate: `<name>.<namespace>.svc` */
  dnsName: string;
}

/**
 * Makes a Service that leads to a port of the loopback address, so that webhook configurations can be tested as they
 * are in a cluster: with `service`, not `url`. The name is new in each call, because the API server keeps connections
 * and does not notice that a Service leads elsewhere.
 */
export async function createWebhookService(
  admin: ApiClient,
  { namespace, port }: { namespace: string; port: number },
): Promise<WebhookService> {
  const { metadata } = await admin.create(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { generateName: "webhook-" },
    spec: { type: "ExternalName", externalName: "localhost" },
  });
  const { name } = metadata;
  return { service: { name, namespace, port }, dnsName: `${name}.${namespace}.svc` };
}
