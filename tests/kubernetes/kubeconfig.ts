/** How a client reaches a cluster, and who it is: what `kubectl` and Kubernetes' client libraries read. */
export interface Kubeconfig {
  apiVersion: "v1";
  kind: "Config";
  clusters: { name: string; cluster: { server: string; "certificate-authority-data": string } }[];
  users: { name: string; user: UserCredentials }[];
  contexts: { name: string; context: { cluster: string; user: string; namespace?: string } }[];
  "current-context": string;
}

/** A bearer token, or a certificate and its key as base64 of PEM. */
export type UserCredentials =
  | { token: string }
  | { "client-certificate-data": string; "client-key-data": string };

/** The configuration of one user of one cluster. */
export function kubeconfigOf(
  cluster: { url: string; ca: string },
  user: UserCredentials,
  namespace?: string,
): Kubeconfig {
  const data = Buffer.from(cluster.ca).toString("base64");
  const context = { cluster: "test", user: "test", ...(namespace === undefined ? {} : { namespace }) };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: cluster.url, "certificate-authority-data": data } }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context }],
    "current-context": "test",
  };
}
