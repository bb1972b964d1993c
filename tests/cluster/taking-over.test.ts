import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployments, replicaSets, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, policyServers } from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, issueServerCertificate } from "../../apps/controller/src/certificates/issue.ts";
import { type LocalCluster, startLocalCluster } from "../../tools/cluster/local-cluster.ts";
import { applyManifests } from "../../tools/cluster/manifests.ts";
import { partPath, requires } from "../support/requirements.ts";
import {
  authoritySecret,
  deployment,
  policy,
  policyServer,
  serverObjects,
  webhookConfiguration,
} from "./upstream-objects.ts";

const root = join(import.meta.dirname, "../..");
const namespace = "kubewarden";
const name = "policy-server-default";
const kinds = ["secret", "configmap", "deployment", "service", "poddisruptionbudget"];

/** A server of upstream: it answers its probe, and knows no `GET /policies`. */
const upstreamServer = (address: string) =>
  `require("node:http").createServer((q, r) => r.writeHead(q.url === "/readiness" ? 200 : 404).end()).listen(8081, "${address}")`;

/** Leaves the cluster as upstream's controller does, and waits until its Pod is Ready. */
async function installUpstream(cluster: LocalCluster): Promise<void> {
  const { objects } = cluster;
  const now = new Date();
  const authority = await createAuthority(now);
  const serving = await issueServerCertificate(authority, `${name}.${namespace}.svc`, now);
  // the webhooks of our kinds are answered by a controller only
  for (const kind of ["mutating", "validating"])
    await cluster.client.request(
      `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/kubewarden-controller-${kind}-webhook-configuration`,
      { method: "DELETE" },
    );
  await applyManifests(cluster, [policyServer, policy]);
  const server = await objects.get(policyServers, { name: "default" });
  const written = {
    namespace,
    policyServerUid: server?.metadata.uid ?? "",
    authority,
    serving,
  };
  await applyManifests(cluster, [authoritySecret(written), ...serverObjects(written)]);
  const configMap = JSON.parse(await kubectlGet(cluster, "configmap", name));
  await applyManifests(cluster, [
    deployment(written, configMap.metadata.resourceVersion),
    webhookConfiguration(written),
  ]);
  await expect
    .poll(async () => (await objects.get(deployments, { name, namespace }))?.status?.["readyReplicas"], {
      timeout: 20_000,
    })
    .toBe(1);
}

async function kubectlGet({ client }: LocalCluster, kind: string, object: string): Promise<string> {
  const paths: Record<string, string> = {
    secret: `/api/v1/namespaces/${namespace}/secrets`,
    configmap: `/api/v1/namespaces/${namespace}/configmaps`,
    service: `/api/v1/namespaces/${namespace}/services`,
    deployment: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    poddisruptionbudget: `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
  };
  const { body } = await client.get(`${paths[kind]}/${object}`);
  return Buffer.from(body).toString();
}

async function identities(cluster: LocalCluster): Promise<Record<string, unknown>> {
  const found = await Promise.all(
    kinds.map(async (kind) => [kind, JSON.parse(await kubectlGet(cluster, kind, name)).metadata.uid]),
  );
  return Object.fromEntries(found);
}

const { skip } = requires("kubernetes-controllers");

describe.skipIf(skip)("taking over from upstream's controller", () => {
  let cluster: LocalCluster;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-takeover-"));
    cluster = await startLocalCluster({
      root,
      programs: partPath("kubernetes"),
      folder,
      log: silentLogger,
      podProgram: async (_pod, address) => ({
        command: process.execPath,
        args: ["-e", upstreamServer(address)],
        cwd: folder,
        env: {},
      }),
    });
  }, 60_000);
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it("controller 42: adopts every object as it is, with one rollout at most", {
    timeout: 90_000,
  }, async () => {
    const { objects } = cluster;
    await installUpstream(cluster);
    const before = await identities(cluster);
    const configMap = JSON.parse(await kubectlGet(cluster, "configmap", name));
    const webhook = await objects.get(validatingWebhookConfigurations, { name: "clusterwide-privileged" });

    await cluster.startController();
    await expect
      .poll(
        async () =>
          (await objects.get(clusterAdmissionPolicies, { name: "privileged" }))?.status?.policyStatus,
        { timeout: 30_000 },
      )
      .toBe("active");

    expect(await identities(cluster)).toEqual(before);
    const configMapNow = JSON.parse(await kubectlGet(cluster, "configmap", name));
    expect(configMapNow.metadata.resourceVersion).toBe(configMap.metadata.resourceVersion);
    const rollouts = (await objects.list(replicaSets, { namespace })).length;
    expect(rollouts).toBeLessThanOrEqual(2);
    const webhookNow = await objects.get(validatingWebhookConfigurations, { name: "clusterwide-privileged" });
    expect(webhookNow?.metadata.uid).toBe(webhook?.metadata.uid);
    expect(webhookNow?.webhooks).toEqual(webhook?.webhooks);
  });
});
