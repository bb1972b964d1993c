import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type KubeClient, objectPath } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { kubeconfigOf } from "../../tests/kubernetes/kubeconfig.ts";
import { allocatorEnvironment } from "../start/allocator.ts";
import type { ContainerProgram } from "./node/pod-runner.ts";
import type { RunnablePod } from "./node/pod-spec.ts";

const TokenRequest = v.looseObject({ status: v.looseObject({ token: v.string() }) });
const serviceAccounts = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  group: "",
  version: "v1",
  plural: "serviceaccounts",
  namespaced: true,
};

export interface PolicyServerProgramOptions {
  readonly root: string;
  readonly client: KubeClient;
  readonly cluster: { readonly url: string; readonly ca: string };
  /** gets a kubeconfig for each Pod */
  readonly folder: string;
}

/**
 * Our policy server in place of any image: it listens on the Pod's address, and speaks to the API server as the Pod's
 * ServiceAccount.
 */
export async function policyServerProgram(
  { root, client, cluster, folder }: PolicyServerProgramOptions,
  pod: RunnablePod,
  address: string,
): Promise<ContainerProgram> {
  const kubeconfigPath = join(folder, `${pod.metadata.name}.kubeconfig`);
  await mkdir(folder, { recursive: true });
  const token = await requestToken(client, pod);
  await writeFile(kubeconfigPath, JSON.stringify(kubeconfigOf(cluster, { token })), { mode: 0o600 });
  return {
    command: process.execPath,
    args: [join(root, "apps/policy-server/src/main.ts"), "--addr", address],
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: folder, ...allocatorEnvironment, KUBECONFIG: kubeconfigPath },
  };
}

async function requestToken(client: KubeClient, { metadata, spec }: RunnablePod): Promise<string> {
  const path = objectPath(serviceAccounts, spec.serviceAccountName, metadata.namespace);
  const body = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 24 * 3600 },
  };
  const answer = await client.request(`${path}/token`, {
    method: "POST",
    body: Buffer.from(JSON.stringify(body)),
  });
  return v.parse(TokenRequest, JSON.parse(Buffer.from(answer.body).toString())).status.token;
}
