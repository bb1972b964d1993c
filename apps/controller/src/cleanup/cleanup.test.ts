import {
  configMaps,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, policyKinds, policyServers } from "@kubewarden-ts/api/policies";
import { createFakeClock, type FakeObject } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { eventually, fakeClusterContext, namespace } from "../testing/fake-cluster-context.ts";
import { cleanUp } from "./cleanup.ts";

const signal = new AbortController().signal;
const policiesVersion = "policies.kubewarden.io/v1";
const serverLabels = {
  "app.kubernetes.io/part-of": "kubewarden",
  "app.kubernetes.io/component": "policy-server",
};

function object(kind: string, name: string, metadata: object = {}, body: object = {}): FakeObject {
  const versions: Record<string, string> = {
    Deployment: "apps/v1",
    PodDisruptionBudget: "policy/v1",
    ValidatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
    MutatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
    PolicyServer: policiesVersion,
    ClusterAdmissionPolicy: policiesVersion,
  };
  return { apiVersion: versions[kind] ?? "v1", kind, metadata: { name, ...metadata }, ...body };
}
const inNamespace = { namespace, labels: serverLabels };
const controllerLabels = { "app.kubernetes.io/component": "controller" };
const partOf = { labels: { "app.kubernetes.io/part-of": "kubewarden" } };
const fromDefaults = { "kubewarden.io/managed-by": "kubewarden-controller-defaults" };

const installed: readonly FakeObject[] = [
  object(
    "Deployment",
    "controller",
    { namespace },
    { spec: { template: { metadata: { labels: controllerLabels } } } },
  ),
  object("Deployment", "policy-server-default", inNamespace, { spec: { template: {} } }),
  object("Service", "policy-server-default", inNamespace),
  object("Secret", "policy-server-default", inNamespace),
  object("PodDisruptionBudget", "policy-server-default", inNamespace),
  object("ConfigMap", "policy-server-default", {
    namespace,
    labels: { "kubewarden/policy-server": "default" },
  }),
  object("ConfigMap", "of-others", { namespace }),
  object("Secret", "kubewarden-ca", { namespace }),
  object("ValidatingWebhookConfiguration", "clusterwide-a", partOf, { webhooks: [] }),
  object("MutatingWebhookConfiguration", "chart", partOf, { webhooks: [] }),
  object("MutatingWebhookConfiguration", "legacy", { labels: { kubewarden: "true" } }, { webhooks: [] }),
  object("ValidatingWebhookConfiguration", "of-others", {}, { webhooks: [] }),
  object(
    "PolicyServer",
    "default",
    { labels: fromDefaults, finalizers: ["kubewarden.io/finalizer"] },
    { spec: { image: "i", replicas: 1 } },
  ),
  object(
    "ClusterAdmissionPolicy",
    "of-a-user",
    { finalizers: ["kubewarden", "example.com/theirs", "kubewarden.io/finalizer"] },
    { spec: { module: "m", mutating: false, rules: [], policyServer: "default" } },
  ),
];

async function cluster(objects: readonly FakeObject[] = installed) {
  const made = await fakeClusterContext();
  const clock = createFakeClock();
  for (const each of objects) made.server.put(each);
  const types = [
    ...[deployments, services, secrets, podDisruptionBudgets, configMaps, policyServers, ...policyKinds],
    ...[validatingWebhookConfigurations, mutatingWebhookConfigurations],
  ];
  return {
    ...{ ...made, clock },
    names: () =>
      types.flatMap((type) =>
        made.server.stored(type).map(({ metadata }) => `${type.kind} ${metadata.name}`),
      ),
    cleanUp: (controllerDeployment?: string) => {
      const { objects, log } = made.context;
      return cleanUp({ objects, namespace, controllerDeployment, clock, log }, signal);
    },
  };
}

describe("controller 41: --cleanup", () => {
  it("removes what was installed; users' objects stay, with finalizers of others", async () => {
    await using fake = await cluster();
    await fake.cleanUp("controller");
    expect(fake.names()).toEqual([
      "Secret kubewarden-ca",
      "ConfigMap of-others",
      "ClusterAdmissionPolicy of-a-user",
      "ValidatingWebhookConfiguration of-others",
    ]);
    const [policy] = fake.server.stored(clusterAdmissionPolicies);
    expect(policy?.metadata["finalizers"]).toEqual(["example.com/theirs"]);
  });

  it("removes the controller first, and waits for its pods", async () => {
    await using fake = await cluster();
    const pod = object("Pod", "controller-1", { namespace, labels: controllerLabels });
    fake.server.put(pod);
    const cleaning = fake.cleanUp("controller");
    await eventually(() => fake.clock.sleeps.length > 0);
    expect(fake.writes()).toEqual([`DELETE /apis/apps/v1/namespaces/${namespace}/deployments/controller`]);
    fake.server.remove(pod);
    await fake.clock.advance(1000);
    await cleaning;
    expect(fake.names()).not.toContain("PolicyServer default");
  });

  it("goes on when pods do not end, and says so", async () => {
    await using fake = await cluster();
    fake.server.put(object("Pod", "controller-1", { namespace, labels: controllerLabels }));
    const cleaning = expect(fake.cleanUp("controller")).rejects.toMatchObject({
      code: "CONTROLLER_CLEANUP_FAILED",
      message: "not everything could be removed: Deployment controller: its pods do not end",
    });
    let ended = false;
    void cleaning.then(() => (ended = true));
    await eventually(() => {
      if (fake.clock.sleeps.length > 0) void fake.clock.advance(60_000);
      return ended;
    });
    await cleaning;
    expect(fake.names()).not.toContain("PolicyServer default");
  });

  it("is done at once where nothing is installed, not even the kinds", async () => {
    await using fake = await cluster([]);
    for (const { apiVersion, kind } of [policyServers, ...policyKinds])
      fake.server.undefine({ apiVersion, kind });
    await fake.cleanUp("controller");
    expect(fake.writes()).toEqual([]);
  });

  it("removes the rest when something cannot be removed, and says what stays", async () => {
    await using fake = await cluster();
    const body = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: "no right",
      reason: "Forbidden",
      code: 403,
    };
    fake.server.answerAlways({ method: "DELETE", path: /validatingwebhook/ }, { status: 403, body });
    await expect(fake.cleanUp()).rejects.toThrow(/: ValidatingWebhookConfiguration clusterwide-a: no right$/);
    expect(fake.names()).toContain("ValidatingWebhookConfiguration clusterwide-a");
    expect(fake.names()).not.toContain("PolicyServer default");
    expect(fake.names()).toContain("Deployment controller");
  });
});
