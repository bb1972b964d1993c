import { request } from "node:https";
import { text } from "node:stream/consumers";
import {
  configMaps,
  deployments,
  leases,
  secrets,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, policyServers } from "@kubewarden-ts/api/policies";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority } from "../support/authority.ts";
import { requires } from "../support/requirements.ts";
import {
  type ControllerCluster,
  controllerCluster,
  eventually,
  leaderOf,
  resourceVersions,
  type TestController,
} from "./controller-cluster.ts";

const apiVersion = "policies.kubewarden.io/v1";
const serverOf = (name: string) => ({
  apiVersion,
  kind: "PolicyServer",
  metadata: { name },
  spec: { image: "example.com/policy-server:v1", replicas: 1 },
});
const policyOf = (name: string, policyServer: string) =>
  v.parse(clusterAdmissionPolicies.schema, {
    ...{ apiVersion, kind: "ClusterAdmissionPolicy", metadata: { name } },
    spec: {
      ...{ policyServer, module: "registry://example.com/psp:v1", mutating: false },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    },
  });

async function secretText(
  { objects }: ControllerCluster,
  namespace: string,
  [name, key]: readonly [string, string],
): Promise<string> {
  const secret = await objects.get(secrets, { namespace, name });
  return Buffer.from(secret?.data?.[key] ?? "", "base64").toString();
}

const authorityCertificate = ["kubewarden-ca", "ca.crt"] as const;

/** Asks the webhook that checks PolicyServers to admit nothing in particular. */
function review(
  { webhookPort }: TestController,
  tls: { ca: string; servername: string; cert?: string; key?: string },
): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const path = "/validate-policies-kubewarden-io-v1-policyserver";
  const uid = "a-uid";
  const kind = "AdmissionReview";
  const body = { apiVersion: "admission.k8s.io/v1", kind, request: { uid, operation: "DELETE" } };
  request(
    {
      host: "127.0.0.1",
      port: webhookPort,
      path,
      method: "POST",
      agent: false,
      ...tls,
      headers: { "content-type": "application/json" },
    },
    (response) =>
      void text(response).then((answer) => resolve({ status: response.statusCode, body: answer }), reject),
  )
    .on("error", reject)
    .end(JSON.stringify(body));
  return promise;
}

describe.skipIf(requires("kubernetes").skip)("the process of the controller", () => {
  let cluster: ControllerCluster;
  beforeAll(async () => {
    cluster = await controllerCluster();
  }, 60_000);
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("makes certificates where there are none, serves its webhooks with them, and ends when it is asked to", async () => {
    const namespace = await cluster.createNamespace("certificates");
    await using controller = await cluster.start(namespace);
    await controller.ready();
    const ca = await secretText(cluster, namespace, authorityCertificate);
    const servername = `webhooks.${namespace}.svc`;
    const { status, body } = await review(controller, { ca, servername });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ response: { uid: "a-uid", allowed: true } });
    await expect(review(controller, { ca, servername: "other.svc" })).rejects.toThrow(/altnames/i);
    expect(await (await fetch(`${controller.probeUrl}/healthz`)).text()).toBe("ok");
    expect(await controller.signal("SIGTERM")).toBe(0);
  }, 60_000);

  it("controller 29: uses another certificate as soon as the cluster has another authority, without a restart", async () => {
    const namespace = await cluster.createNamespace("rotation");
    await using controller = await cluster.start(namespace);
    await controller.ready();
    const servername = `webhooks.${namespace}.svc`;
    const before = await secretText(cluster, namespace, authorityCertificate);
    const patch = { data: { "ca.crt": "", "ca.key": "" } };
    await cluster.objects.mergePatch(secrets, { namespace, name: "kubewarden-ca" }, patch);
    await eventually(async () => {
      const ca = await secretText(cluster, namespace, authorityCertificate);
      return ca !== "" && ca !== before && (await review(controller, { ca, servername })).status === 200;
    });
  }, 60_000);

  it("controller 30: lets only clients of the configured authority in", async () => {
    const namespace = await cluster.createNamespace("mutual-tls");
    const clients = await createAuthority("clients");
    await using controller = await cluster.start(namespace, ["--client-ca-configmap-name=clients"]);
    await eventually(async () => {
      const answer = await fetch(`${controller.probeUrl}/readyz`);
      return answer.status === 503 && (await answer.text()).includes("no certificate for the webhooks");
    });
    await cluster.objects.create(configMaps, {
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "clients", namespace } },
      data: { "client-ca.crt": clients.cert },
    });
    await controller.ready();
    const ca = await secretText(cluster, namespace, authorityCertificate);
    const tls = { ca, servername: `webhooks.${namespace}.svc` };
    await expect(review(controller, tls)).rejects.toThrow();
    const stranger = await (await createAuthority("strangers")).issue({ commonName: "stranger" });
    await expect(review(controller, { ...tls, ...stranger })).rejects.toThrow();
    const client = await clients.issue({ commonName: "kube-apiserver" });
    expect((await review(controller, { ...tls, ...client })).status).toBe(200);
  }, 60_000);

  it("controller 34: of two processes one reconciles and both answer webhooks; the other goes on when it dies", async () => {
    const namespace = await cluster.createNamespace("two");
    await using first = await cluster.start(namespace, ["--leader-elect"]);
    await first.ready();
    const leader = await leaderOf(cluster, namespace);
    await using second = await cluster.start(namespace, ["--leader-elect"]);
    await second.ready();
    expect(await leaderOf(cluster, namespace)).toBe(leader);
    const ca = await secretText(cluster, namespace, authorityCertificate);
    for (const each of [first, second]) {
      const { status } = await review(each, { ca, servername: `webhooks.${namespace}.svc` });
      expect(status).toBe(200);
    }
    const leads = async ({ metricsUrl }: TestController) =>
      (await (await fetch(`${metricsUrl}/metrics`)).text()).match(
        /^leader_election_master_status.* (\d)$/m,
      )?.[1];
    expect([await leads(first), await leads(second)]).toEqual(["1", "0"]);

    await first.signal("SIGKILL");
    await cluster.objects.create(policyServers, serverOf("two"));
    const place = { namespace, name: "policy-server-two" };
    await eventually(async () => (await cluster.objects.get(deployments, place)) !== undefined);
    expect(await leads(second)).toBe("1");
    expect(await leaderOf(cluster, namespace)).not.toBe(leader);
    await cluster.objects.delete(policyServers, { name: "two" });
  }, 90_000);

  it("controller 34: who is asked to end gives the lease back", async () => {
    const namespace = await cluster.createNamespace("handover");
    await using first = await cluster.start(namespace, ["--leader-elect"]);
    await first.ready();
    expect(await first.signal("SIGTERM")).toBe(0);
    expect(await leaderOf(cluster, namespace)).toBe("");
  }, 60_000);

  it("controller 34: who loses the lease ends with 1, to be started anew", async () => {
    const namespace = await cluster.createNamespace("lost");
    await using controller = await cluster.start(namespace, ["--leader-elect"]);
    await controller.ready();
    const name = "a4ddbf36.kubewarden.io";
    await eventually(async () => (await leaderOf(cluster, namespace)) !== "");
    await eventually(async () => {
      const renewTime = new Date().toISOString().replace("Z", "000Z");
      const spec = { holderIdentity: "another", leaseDurationSeconds: 60, renewTime };
      await cluster.objects.mergePatch(leases, { namespace, name }, { spec });
      return (await leaderOf(cluster, namespace)) === "another";
    });
    expect(await controller.ended).toBe(1);
    expect(await controller.log()).toContain("Error: leader election lost");
    expect(await leaderOf(cluster, namespace)).toBe("another");
  }, 60_000);

  it("controller 44: a restart writes nothing", async () => {
    const namespace = await cluster.createNamespace("restart");
    const settled = async ({ metricsUrl }: TestController) => {
      const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
      const counts = (name: string) =>
        [...metrics.matchAll(new RegExp(`^${name}{.*} (.+)$`, "gm"))].map(([, value]) => Number(value));
      const busy = [...counts("workqueue_depth"), ...counts("controller_runtime_active_workers")];
      return counts("controller_runtime_reconcile_total").length > 3 && busy.every((count) => count === 0);
    };
    const once = await cluster.start(namespace);
    await once.ready();
    await cluster.objects.create(policyServers, serverOf("restart"));
    await cluster.objects.create(clusterAdmissionPolicies, policyOf("restart", "restart"));
    await cluster.objects.create(clusterAdmissionPolicies, policyOf("elsewhere", "missing"));
    await eventually(async () => {
      const status = async (name: string) =>
        (await cluster.objects.get(clusterAdmissionPolicies, { name }))?.status?.policyStatus;
      const isPlaced = (await status("restart")) === "pending" && (await status("elsewhere")) === "scheduled";
      return isPlaced && (await settled(once));
    });
    await once[Symbol.asyncDispose]();
    const before = await resourceVersions(cluster);
    expect(Object.keys(before)).toContain(`Deployment ${namespace}/policy-server-restart`);

    await using again = await cluster.start(namespace);
    await again.ready();
    await eventually(() => settled(again));
    expect(await resourceVersions(cluster)).toEqual(before);
    const text = await (await fetch(`${again.metricsUrl}/metrics`)).text();
    expect(text).toMatch(/^rest_client_requests_total{code="200",method="GET",.*} \d+$/m);
    expect(text).not.toMatch(/^rest_client_requests_total{.*method="(POST|PUT|PATCH|DELETE)".*$/m);
    expect(text).toMatch(/^kubewarden_policy_total{name="clusterwide-restart",.*} 1$/m);
    for (const name of ["restart", "elsewhere"])
      await cluster.objects.delete(clusterAdmissionPolicies, { name });
    await cluster.objects.delete(policyServers, { name: "restart" });
  }, 90_000);

  it("applies the objects of the ConfigMap of defaults, and --cleanup takes away what is not a user's", async () => {
    const namespace = await cluster.createNamespace("defaults");
    await cluster.objects.create(configMaps, {
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kubewarden-defaults", namespace } },
      data: {
        "a.yaml": JSON.stringify(serverOf("by-default")),
        "b.yaml": JSON.stringify(policyOf("by-default", "by-default")),
      },
    });
    await cluster.objects.create(clusterAdmissionPolicies, policyOf("of-a-user", "by-default"));
    const controller = await cluster.start(namespace);
    await controller.ready();
    const policy = (name: string) => cluster.objects.get(clusterAdmissionPolicies, { name });
    await eventually(async () => (await policy("by-default"))?.status?.policyStatus === "pending");
    expect(await policy("by-default")).toMatchObject({
      metadata: { labels: { "kubewarden.io/managed-by": "kubewarden-controller-defaults" } },
      spec: { backgroundAudit: true, mode: "protect" },
    });
    await controller[Symbol.asyncDispose]();

    await using cleanup = await cluster.start(namespace, ["--cleanup"]);
    expect(await cleanup.ended).toBe(0);
    expect(await policy("by-default")).toBeUndefined();
    expect((await policy("of-a-user"))?.metadata.finalizers ?? []).toEqual([]);
    expect(await cluster.objects.list(policyServers)).toEqual([]);
    expect(await cluster.objects.list(deployments, { namespace })).toEqual([]);
    expect(await cluster.objects.list(validatingWebhookConfigurations)).toEqual([]);
    await cluster.objects.delete(clusterAdmissionPolicies, { name: "of-a-user" });
  }, 60_000);
});
