import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configMaps, deployments, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, policyServers } from "@kubewarden-ts/api/policies";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { type ControllerCluster, controllerCluster, eventually } from "./controller-cluster.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { type AccountRules, createServiceAccount, type PolicyRule } from "./service-account.ts";

const rule = (apiGroup: string, resources: string, verbs: string): PolicyRule => ({
  apiGroups: [apiGroup],
  resources: resources.split(","),
  verbs: verbs.split(","),
});
const policies = "policies.kubewarden.io";
const kinds = ["policyservers", "clusteradmissionpolicies", "admissionpolicies"];
const groups = ["clusteradmissionpolicygroups", "admissionpolicygroups"];
const withSuffix = (suffix: string) => [...kinds, ...groups].map((kind) => `${kind}${suffix}`).join();
const webhookKinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations";

/** What upstream's chart gives the controller (controller.md 6.6), and nothing more. */
const chartRules: AccountRules = {
  cluster: [
    rule("admissionregistration.k8s.io", webhookKinds, "create,delete,get,list,patch,watch"),
    rule("authentication.k8s.io", "tokenreviews", "create"),
    rule("authorization.k8s.io", "subjectaccessreviews", "create"),
    rule(policies, withSuffix(""), "create,delete,get,list,patch,update,watch"),
    rule(policies, withSuffix("/finalizers"), "update"),
    rule(policies, withSuffix("/status"), "get,patch,update"),
  ],
  namespaced: [
    rule("", "configmaps,secrets,services", "create,delete,get,list,patch,update,watch"),
    rule("apps", "deployments", "create,delete,get,list,patch,update,watch"),
    rule("coordination.k8s.io", "leases", "create,delete,get,list,patch,update,watch"),
    rule("policy", "poddisruptionbudgets", "create,delete,get,list,patch,update,watch"),
    rule("", "events", "create,patch"),
    rule("", "pods", "get,list,watch"),
    rule("apps", "replicasets", "get,list,watch"),
  ],
};

const apiVersion = `${policies}/v1`;
const namespace = "rights";
const object = "policy-server-default";

/** Makes the Deployment look rolled out, as Kubernetes' controllers and a kubelet would (controller.md 10). */
async function rollOut({ admin, objects }: ControllerCluster): Promise<void> {
  const place = { namespace, name: object };
  const configMap = await objects.get(configMaps, place);
  const labels = { "kubewarden/policy-server": "default", "pod-template-hash": "h1" };
  const annotations = {
    "deployment.kubernetes.io/revision": "1",
    "kubewarden/config-version": configMap?.metadata.resourceVersion,
  };
  const spec = { containers: [{ name: "policy-server", image: "example.com/policy-server:v1" }] };
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  await admin.create(`${apps}/replicasets`, {
    metadata: { name: `${object}-h1`, labels, annotations },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  await admin.create(pods, { metadata: { name: `${object}-h1`, labels }, spec });
  const status = { phase: "Running", podIP: "127.0.0.99", conditions: [{ type: "Ready", status: "True" }] };
  await admin.patch(`${pods}/${object}-h1/status`, { status });
  const revision = { "deployment.kubernetes.io/revision": "1" };
  await admin.patch(`${apps}/deployments/${object}`, { metadata: { annotations: revision } });
}

describe.skipIf(requires("kubernetes").skip)("controller 38: the rights of the controller", () => {
  let cluster: ControllerCluster;
  let folder: string;
  beforeAll(async () => {
    cluster = await controllerCluster();
    folder = await mkdtemp(join(tmpdir(), "controller-rights-"));
  }, 60_000);
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it("are enough from the first policy to the end of its policy server, and nothing else is tried", async () => {
    await cluster.createNamespace(namespace);
    const { token } = await createServiceAccount(cluster.admin, namespace, chartRules);
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(cluster.facts, { token }, namespace)), {
      mode: 0o600,
    });
    await using controller = await cluster.start(namespace, [`--kubeconfig=${kubeconfig}`, "--leader-elect"]);
    await controller.ready();

    const { objects } = cluster;
    await objects.create(policyServers, {
      ...{ apiVersion, kind: "PolicyServer", metadata: { name: "default" } },
      spec: { image: "example.com/policy-server:v1", replicas: 1, minAvailable: 1 },
    });
    const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
    const spec = { policyServer: "default", module: "registry://example.com/psp:v1", mutating: false, rules };
    const policy = { apiVersion, kind: "ClusterAdmissionPolicy", metadata: { name: "psp" }, spec };
    await objects.create(clusterAdmissionPolicies, v.parse(clusterAdmissionPolicies.schema, policy));
    const statusOf = async () =>
      (await objects.get(clusterAdmissionPolicies, { name: "psp" }))?.status?.policyStatus;
    await eventually(
      async () =>
        (await objects.get(deployments, { namespace, name: object })) !== undefined &&
        (await statusOf()) === "pending",
    );
    await eventually(async () => {
      const data = (await objects.get(configMaps, { namespace, name: object }))?.data?.["policies.yml"];
      return data?.includes("clusterwide-psp") === true;
    });
    await rollOut(cluster);
    await eventually(async () => (await statusOf()) === "active");

    const webhook = { name: "clusterwide-psp" };
    const bundleOf = async () =>
      (await objects.get(validatingWebhookConfigurations, webhook))?.webhooks?.[0]?.clientConfig.caBundle;
    const bundle = await bundleOf();
    expect(bundle).toBeTruthy();
    await objects.mergePatch(validatingWebhookConfigurations, webhook, { webhooks: [] });
    await eventually(async () => (await bundleOf()) === bundle);

    await objects.delete(clusterAdmissionPolicies, { name: "psp" });
    await objects.delete(policyServers, { name: "default" });
    await eventually(async () => (await objects.get(policyServers, { name: "default" })) === undefined);
    expect(await objects.get(validatingWebhookConfigurations, webhook)).toBeUndefined();

    const refused = (await controller.log()).split("\n").filter((line) => /forbidden/i.test(line));
    // Events about cluster-wide objects go to the namespace default, for which upstream's chart gives no right
    expect(refused.filter((line) => !line.includes("events"))).toEqual([]);
    expect(refused.length).toBeLessThanOrEqual(1);
  }, 60_000);
});
