import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pods } from "@kubewarden-ts/api/core";
import { customResourceDefinitions } from "@kubewarden-ts/api/crds";
import { clusterAdmissionPolicies, policiesApiVersion } from "@kubewarden-ts/api/policies";
import { mapConcurrent, silentLogger } from "@kubewarden-ts/base";
import { createKubeClient, createObjectClient, isKubeError, loadClusterAccess } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { startControlPlane } from "../../../tests/kubernetes/start-control-plane.ts";
import { type AppliedManifest, applyManifests, type ClusterClients } from "../../cluster/manifests.ts";
import { installReportKinds } from "../../cluster/report-definitions.ts";
import { namespaceCount, podManifest } from "./pod-manifest.ts";

export const objectCount = 10_000;
const createdAtOnce = 24;

/** A real API server with Pods and active policies. */
export interface AuditedCluster extends AsyncDisposable {
  readonly kubeconfigPath: string;
  /** of the Service of the policy server */
  readonly namespace: string;
  readonly pids: { readonly apiServer: number; readonly etcd: number };
}

export async function startAuditedCluster(policies: readonly string[]): Promise<AuditedCluster> {
  await using parts = new AsyncDisposableStack();
  const programs = await programsFolder();
  const { facts } = parts.use(await startControlPlane({ programs, controllers: false }));
  const kubeconfigPath = facts.adminKubeconfigPath;
  const access = await loadClusterAccess({ env: {}, kubeconfigPath });
  const client = parts.use(createKubeClient(access, { log: silentLogger, userAgent: "bench" }));
  const cluster = { client, objects: createObjectClient(client) };
  await applyManifests(cluster, customResourceDefinitions());
  await installReportKinds(cluster);
  await untilServed(cluster, policyServer);
  await untilServed(cluster, service);
  for (const name of policies) await createPolicy(cluster, name);
  const spaces = Array.from({ length: namespaceCount }, (_, index) => namespaceManifest(`team-${index}`));
  await applyManifests(cluster, spaces);
  const indexes = Array.from({ length: objectCount }, (_, index) => index);
  await mapConcurrent(indexes, createdAtOnce, async (index) => {
    await cluster.objects.create(pods, podManifest(index));
  });
  const owned = parts.move();
  return {
    kubeconfigPath,
    namespace: "kubewarden",
    pids: facts.pids,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const Environment = v.looseObject({ kubernetes: v.looseObject({ path: v.exactOptional(v.string()) }) });

async function programsFolder(): Promise<string> {
  const root = join(import.meta.dirname, "../../..");
  const path = join(root, "node_modules/.cache/kubewarden-ts/environment.json");
  const { kubernetes } = v.parse(Environment, JSON.parse(await readFile(path, "utf8")));
  if (kubernetes.path === undefined)
    throw new Error("no kube-apiserver: node tools/setup.mjs cluster builds it");
  return kubernetes.path;
}

/** A definition that was just installed is not served at once. */
async function untilServed(cluster: ClusterClients, manifest: AppliedManifest): Promise<void> {
  for (;;) {
    try {
      const space = manifest.metadata.namespace;
      if (space !== undefined) await applyManifests(cluster, [namespaceManifest(space)]);
      return await applyManifests(cluster, [manifest]);
    } catch (error) {
      if (!isKubeError(error, "KUBE_RESOURCE_UNKNOWN", "KUBE_KIND_UNKNOWN", "KUBE_GROUP_UNKNOWN"))
        throw error;
    }
  }
}

const policyServer: AppliedManifest = {
  ...{ apiVersion: policiesApiVersion, kind: "PolicyServer", metadata: { name: "default" } },
  spec: { image: "none", replicas: 1 },
};

const service: AppliedManifest = {
  ...{ apiVersion: "v1", kind: "Service" },
  metadata: {
    name: "policy-server-default",
    namespace: "kubewarden",
    labels: { "app.kubernetes.io/instance": "policy-server-default" },
  },
  spec: { ports: [{ port: 443 }] },
};

function namespaceManifest(name: string): AppliedManifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

async function createPolicy({ client, objects }: ClusterClients, name: string): Promise<void> {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
  const module = `registry://registry.test/${name}:v1`;
  await objects.apply(
    clusterAdmissionPolicies,
    {
      ...{ apiVersion: policiesApiVersion, kind: "ClusterAdmissionPolicy", metadata: { name } },
      spec: { module, mutating: false, policyServer: "default", rules },
    } as never,
    { fieldManager: "bench", force: true },
  );
  const { plural } = clusterAdmissionPolicies;
  await client.request(`/apis/${policiesApiVersion}/${plural}/${name}/status`, {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body: Buffer.from(JSON.stringify({ status: { policyStatus: "active" } })),
  });
}
