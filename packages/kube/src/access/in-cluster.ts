import { isIPv6 } from "node:net";
import type { Clock } from "@kubewarden-ts/base";
import { KubeError } from "../errors.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { type Credentials, filesValidForMs, readText } from "./credentials.ts";
import type { ReadFile } from "./kubeconfig.ts";
import { remembered } from "./remembered.ts";

/** Where Kubernetes puts what a pod's service account needs. */
const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Access by the service account of the pod we run in. Proxies of the environment are for the outside world.
 * @throws {KubeError} `KUBE_CONFIG_INVALID`
 */
export async function inClusterAccess({
  env,
  readFile,
  clock,
}: {
  env: NodeJS.ProcessEnv;
  readFile: ReadFile;
  clock: Clock;
}): Promise<ClusterAccess> {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] || "443";
  const source = remembered(async () => ({ value: await readFiles(readFile), validForMs: filesValidForMs }), {
    clock,
    keepLast: { forMs: 10_000 },
  });
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    origin: "the service account of this pod",
    namespace: await readNamespace(source.get, readFile),
    verifyServer: true,
    serverName: undefined,
    proxy: undefined,
    credentials: (signal) => source.get(signal),
    forgetCredentials: () => source.forget(),
  };
}

async function readFiles(readFile: ReadFile): Promise<Credentials> {
  const [token, ca] = await Promise.all([
    readText("the service account's token", `${serviceAccountFolder}/token`, readFile),
    readText("the cluster's certificate authority", `${serviceAccountFolder}/ca.crt`, readFile),
  ]);
  return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
}

/** Also makes sure, before anything depends on it, that the files are there. */
async function readNamespace(files: () => Promise<Credentials>, readFile: ReadFile): Promise<string> {
  try {
    await files();
    return (await readText("the pod's namespace", `${serviceAccountFolder}/namespace`, readFile)).trim();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const message = `inside a pod, but ${text} (is automountServiceAccountToken off?)`;
    throw new KubeError(message, { code: "KUBE_CONFIG_INVALID" });
  }
}
