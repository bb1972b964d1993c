import type { ObjectClient } from "@kubewarden-ts/kube";
import { endpointSlices } from "../../apps/audit-scanner/src/selection/endpoint-slice.ts";
import { deploymentsNamespace } from "../../tools/cluster/local-cluster.ts";

/**
 * Where the policy server `default` is.
 * @returns the URL of its Service, which leads nowhere outside of a cluster, and `host:port` of a replica
 */
export async function policyServerAt(objects: ObjectClient): Promise<{ url: string; address: string }> {
  const name = "policy-server-default";
  const labelSelector = `kubernetes.io/service-name=${name}`;
  const [slice] = await objects.list(endpointSlices, { namespace: deploymentsNamespace, labelSelector });
  const host = slice?.endpoints[0]?.addresses[0];
  const port = slice?.ports[0]?.port;
  if (host === undefined || port == null) throw new Error(`no replica is behind the Service ${name}`);
  return { url: `https://${name}.${deploymentsNamespace}.svc:443`, address: `${host}:${port}` };
}
