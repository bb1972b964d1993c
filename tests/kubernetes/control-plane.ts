import { mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { inject } from "vitest";
import { authorityFrom, type KeyPair, type Subject } from "../support/authority.ts";
import { partPath } from "../support/requirements.ts";
import { type ApiClient, apiClient } from "./api-client.ts";
import { type Kubeconfig, kubeconfigOf, type UserCredentials } from "./kubeconfig.ts";
import { type AccountRules, createServiceAccount, type ServiceAccount } from "./service-account.ts";
import type { ControlPlaneFacts } from "./start-control-plane.ts";

/** A real API server, shared by all tests of the run. A test works in a namespace of its own. */
export interface ControlPlane extends ControlPlaneFacts {
  /** the administrator */
  admin: ApiClient;
  /** the configuration of the administrator, also in the file `adminKubeconfigPath` */
  adminKubeconfig: Kubeconfig;
  /** a client with a bearer token */
  client(token: string): ApiClient;
  /** a configuration with other credentials, for example of a service account */
  kubeconfig(user: UserCredentials, namespace?: string): Kubeconfig;
  /** writes a configuration to a new file, which goes with the control plane, and answers its path */
  writeKubeconfig(kubeconfig: Kubeconfig): Promise<string>;
  /** creates a namespace with a name that nobody else has, and answers the name */
  createNamespace(labels?: Record<string, string>): Promise<string>;
  /** creates an account that may do what the rules say, and waits until it may */
  createServiceAccount(namespace: string, rules?: AccountRules): Promise<ServiceAccount>;
  /** makes a certificate of a client: `commonName` is the user, `organizations` are the groups */
  clientCertificate(subject: Subject): Promise<KeyPair>;
}

const Facts = v.object({
  url: v.string(),
  ca: v.string(),
  caKey: v.string(),
  adminToken: v.string(),
  adminKubeconfigPath: v.string(),
  programs: v.string(),
  pids: v.object({
    apiServer: v.number(),
    etcd: v.number(),
    controllerManager: v.exactOptional(v.number()),
  }),
});

/**
 * The control plane of this run; the first call starts it, which takes some seconds. Only where
 * `requires("kubernetes")` does not skip. It ends with the run.
 * @param options.controllers - one beside the other, with Kubernetes' own controllers: garbage collection of objects
 *   whose owner is gone, Deployments, deletion of namespaces. Without, a namespace that is deleted stays in deletion
 */
export async function controlPlane({ controllers = false } = {}): Promise<ControlPlane> {
  const body = JSON.stringify({ programs: partPath("kubernetes"), controllers });
  const response = await fetch(inject("controlPlanes"), { method: "POST", body });
  if (!response.ok) throw new Error(`the control plane did not start: ${await response.text()}`);
  return withDeeds(v.parse(Facts, await response.json()));
}

function withDeeds(facts: ControlPlaneFacts): ControlPlane {
  const client = (token: string) => apiClient({ url: facts.url, ca: facts.ca, token });
  const admin = client(facts.adminToken);
  return {
    ...facts,
    admin,
    adminKubeconfig: kubeconfigOf(facts, { token: facts.adminToken }),
    client,
    kubeconfig: (user, namespace) => kubeconfigOf(facts, user, namespace),
    writeKubeconfig: (kubeconfig) => writeKubeconfig(dirname(facts.adminKubeconfigPath), kubeconfig),
    createNamespace: (labels) => createNamespace(admin, labels),
    createServiceAccount: (namespace, rules) => createServiceAccount(admin, namespace, rules),
    clientCertificate: async (subject) => (await authorityFrom(facts.ca, facts.caKey)).issue(subject),
  };
}

async function writeKubeconfig(folder: string, kubeconfig: Kubeconfig): Promise<string> {
  const path = join(await mkdtemp(join(folder, "client-")), "kubeconfig");
  await writeFile(path, JSON.stringify(kubeconfig, undefined, 2), { mode: 0o600 });
  return path;
}

async function createNamespace(admin: ApiClient, labels: Record<string, string> = {}): Promise<string> {
  const created = await admin.create("/api/v1/namespaces", { metadata: { generateName: "test-", labels } });
  return created.metadata.name;
}
