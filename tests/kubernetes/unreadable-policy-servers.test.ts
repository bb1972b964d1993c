import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployments, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, uniqueName } from "@kubewarden-ts/api/policies";
import { describe, expect, it, vi } from "vitest";
import { authorityFrom } from "../support/authority.ts";
import { startRelay } from "../support/relay.ts";
import { requires } from "../support/requirements.ts";
import { type ControllerCluster, controllerCluster } from "./controller-cluster.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

const namespace = "unreadable";
const apiVersion = "policies.kubewarden.io/v1";
const name = "kept";
const unique = uniqueName({ kind: "ClusterAdmissionPolicy", metadata: { name } });
const timing = { timeout: 30_000, interval: 50 };

/** A policy that is active, as a controller that ended left it: its server, its webhook, its status. */
async function leaveActivePolicy({ admin }: ControllerCluster): Promise<void> {
  const api = `/apis/${apiVersion}`;
  await admin.create(`${api}/policyservers`, {
    ...{ apiVersion, kind: "PolicyServer", metadata: { name: "default" } },
    spec: { image: "example.com/s:v1", replicas: 1 },
  });
  // nothing in the cluster is of this kind
  const rules = [
    { apiGroups: ["nothing.example"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] },
  ];
  const metadata = { name, finalizers: ["kubewarden.io/finalizer"] };
  const spec = { module: "registry://example.com/p:v1", mutating: false, rules };
  await admin.create(`${api}/clusteradmissionpolicies`, {
    ...{ apiVersion, kind: "ClusterAdmissionPolicy", metadata, spec },
  });
  const status = { policyStatus: "active", mode: "protect", conditions: [] };
  await admin.patch(`${api}/clusteradmissionpolicies/${name}/status`, { status });
  await admin.create("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
    metadata: {
      name: unique,
      labels: { "app.kubernetes.io/part-of": "kubewarden" },
      annotations: { kubewardenPolicyName: name, kubewardenPolicyNamespace: "" },
    },
    webhooks: [
      {
        ...{
          name: `${unique}.kubewarden.admission`,
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          rules,
        },
        clientConfig: {
          service: { namespace, name: "policy-server-default", path: `/validate/${unique}`, port: 443 },
        },
      },
    ],
  });
}

describe.skipIf(requires("kubernetes").skip)("policy servers that cannot be read", () => {
  it("controller 35: keep the webhooks of their policies", { timeout: 90_000 }, async () => {
    await using cluster = await controllerCluster();
    await cluster.createNamespace(namespace);
    await leaveActivePolicy(cluster);
    const { url, ca, caKey, adminToken: token } = cluster.facts;
    const authority = await authorityFrom(ca, caKey);
    const shown = await authority.issue({ commonName: "kube-apiserver", addresses: ["127.0.0.1"] });
    let refusing = true;
    const refused = /\/policyservers/;
    await using relay = await startRelay({ url, ca }, shown, {
      refuses: ({ method, path }) => refusing && method === "GET" && refused.test(path),
    });
    const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-unreadable-"));
    await using parts = new AsyncDisposableStack();
    parts.defer(() => rm(folder, { recursive: true, force: true }));
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf({ url: relay.url, ca }, { token })));
    parts.use(await cluster.start(namespace, ["--kubeconfig", kubeconfig]));

    const webhook = () => cluster.objects.get(validatingWebhookConfigurations, { name: unique });
    const status = async () => (await cluster.objects.get(clusterAdmissionPolicies, { name }))?.status;
    await vi.waitFor(() => expect(relay.count("GET", refused)).toBeGreaterThan(3), timing);
    expect(await webhook()).toBeDefined();
    expect((await status())?.policyStatus).toBe("active");

    refusing = false;
    const made = () => cluster.objects.get(deployments, { namespace, name: "policy-server-default" });
    await vi.waitFor(async () => expect(await made()).toBeDefined(), timing);
    expect(await webhook()).toBeDefined();
    expect((await status())?.policyStatus).toBe("active");
    expect(relay.count("DELETE", /webhookconfigurations/)).toBe(0);
  });
});
