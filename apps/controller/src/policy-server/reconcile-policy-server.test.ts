import { configMaps, deployments, podDisruptionBudgets, secrets, services } from "@kubewarden-ts/api/core";
import type { PolicyServer } from "@kubewarden-ts/api/policies";
import { statusAnswer } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { clusterPolicy, policyServer } from "../policy/testing/objects.ts";
import { controllerConfig } from "./testing/config.ts";
import { maximalServer } from "./testing/maximal.ts";
import { conditionOf, setUpPolicyServers } from "./testing/set-up.ts";

const finalizers = ["kubewarden.io/finalizer"];
const steps = [
  "CertSecretReconciled",
  "ConfigMapReconciled",
  "PodDisruptionBudgetReconciled",
  "DeploymentReconciled",
  "ServiceReconciled",
];

function statuses(server: PolicyServer | undefined): Record<string, string> {
  return Object.fromEntries(server?.status?.conditions.map(({ type, status }) => [type, status]) ?? []);
}

describe("reconcilePolicyServer", () => {
  it("controller 21: makes the objects, in upstream's order, then tells", async () => {
    await using test = await setUpPolicyServers();
    test.put({ ...maximalServer(), metadata: { name: "default", uid: "u" } });
    await test.pass();
    expect(test.written()).toEqual([
      "POST secrets",
      "POST configmaps",
      "POST poddisruptionbudgets",
      "POST deployments",
      "POST services",
      "PATCH policyservers/default/status",
      "PATCH policyservers/default",
    ]);
    expect(test.server()?.metadata.finalizers).toEqual(finalizers);
    for (const type of [secrets, configMaps, podDisruptionBudgets, deployments, services]) {
      const [owner] = test.stored(type)?.metadata.ownerReferences ?? [];
      expect(owner).toEqual({
        ...{ apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer", name: "default" },
        uid: test.server()?.metadata.uid,
      });
    }
  });

  it("controller 43: has a condition for each object, of the generation that was looked at", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer("default", { generation: 4 }));
    await test.pass();
    const found = test.server()?.status?.conditions ?? [];
    expect(found.slice(0, 5)).toEqual(
      steps.map((type) => ({
        ...{ type, status: "True", reason: "ReconciliationSucceeded", message: "" },
        lastTransitionTime: "2026-01-02T00:00:00Z",
        observedGeneration: 4,
      })),
    );
    expect(found[5]).toMatchObject({
      ...{ type: "Ready", status: "False", reason: "ReplicasNotReady" },
      message: "0 of 1 replicas are ready",
    });
  });

  it("controller 44: writes nothing the second time", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    test.put(clusterPolicy("psp"));
    await test.pass();
    test.written();
    await test.pass();
    expect(test.written()).toEqual([]);
  });

  it("controller 44: writes nothing while the view still shows what was before the status", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer("default", { finalizers }));
    await test.pass();
    const before = policyServer("default", test.server()?.metadata);
    test.view.policyServers.put(before);
    test.context.written.set(before, test.server()!);
    test.written();
    await test.pass();
    expect(test.written()).toEqual([]);
  });

  it("controller 5: puts a new policy into the ConfigMap, and its version onto the Deployment", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    await test.pass();
    expect(test.stored(configMaps)?.data).toEqual({ "policies.yml": "{}", "sources.yml": "{}" });
    test.written();
    test.put(clusterPolicy("psp"));
    await test.pass();
    expect(test.written()).toEqual([
      "PATCH configmaps/policy-server-default",
      "PATCH deployments/policy-server-default",
    ]);
    const { metadata, data } = test.stored(configMaps)!;
    expect(data?.["policies.yml"]).toContain('{"clusterwide-psp":{');
    const { spec, metadata: deployment } = test.stored(deployments)!;
    expect(deployment.annotations?.["kubewarden/config-version"]).toBe(metadata.resourceVersion);
    expect(spec?.template.metadata?.labels?.["kubewarden/config-version"]).toBe(metadata.resourceVersion);
  });

  it("controller 5: writes only the policies of this policy server", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    test.put(clusterPolicy("mine"));
    test.put(clusterPolicy("other", { policyServer: "other" }));
    await test.pass();
    expect(Object.keys(JSON.parse(test.stored(configMaps)?.data?.["policies.yml"] ?? ""))).toEqual([
      "clusterwide-mine",
    ]);
  });

  it("controller 25: makes a budget when asked, turns it round, and removes it", async () => {
    await using test = await setUpPolicyServers();
    const after = async (spec: object) => {
      test.put(policyServer("default", { finalizers, uid: "u" }, spec));
      await test.pass();
      return test.stored(podDisruptionBudgets)?.spec;
    };
    expect(await after({})).toBeUndefined();
    expect(await after({ minAvailable: 1 })).toMatchObject({ minAvailable: 1 });
    const turned = await after({ maxUnavailable: "20%" });
    expect(turned).toMatchObject({ maxUnavailable: "20%" });
    expect(turned).not.toHaveProperty("minAvailable");
    expect(await after({})).toBeUndefined();
    test.written();
    await test.pass();
    expect(test.written()).toEqual([]);
  });

  it("controller 42: mends what somebody changed, at once and nothing else", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    await test.pass();
    const service = test.stored(services)!;
    test.put({ ...service, spec: { ...service.spec, ports: [{ name: "x", port: 1 }] } } as never);
    test.api.remove({ ...test.stored(configMaps)! } as never);
    test.written();
    await test.pass();
    expect(test.written()).toEqual([
      "POST configmaps",
      "PATCH deployments/policy-server-default",
      "PATCH services/policy-server-default",
    ]);
    expect(test.stored(services)?.spec?.ports).toMatchObject([{ port: 443, targetPort: 8443 }]);
  });

  it("controller 8: does nothing for a PolicyServer that is not there", async () => {
    await using test = await setUpPolicyServers();
    await test.pass("other");
    expect(test.api.requests).toEqual([]);
  });
});

describe("reconcilePolicyServer after a failure", () => {
  const failures: [string, string, string][] = [
    ["secrets", "CertSecretReconciled", "error reconciling secret: "],
    ["configmaps", "ConfigMapReconciled", "error reconciling configmap: "],
    [
      "poddisruptionbudgets",
      "PodDisruptionBudgetReconciled",
      "error reconciling policy server PodDisruptionBudget: ",
    ],
    ["deployments", "DeploymentReconciled", "error reconciling deployment: "],
    ["services", "ServiceReconciled", "error reconciling service: "],
  ];
  it.each(failures)("controller 43: of %s says so in %s, and in an Event", async (plural, type, text) => {
    await using test = await setUpPolicyServers();
    test.put(maximalServer());
    const refused = statusAnswer(422, "Invalid", "the server says no");
    const end = test.api.answerAlways({ method: "POST", path: new RegExp(`/${plural}$`) }, refused);
    const message = `${text}the server says no`;
    await expect(test.pass()).rejects.toMatchObject({ code: "POLICY_SERVER_RECONCILE_FAILED" });
    const failed = test.server();
    const place = steps.indexOf(type);
    expect(statuses(failed)).toEqual({
      ...Object.fromEntries(
        steps.map((each, index) => [each, index < place ? "True" : index > place ? "Unknown" : "False"]),
      ),
      Ready: "False",
    });
    expect(conditionOf(failed, type)).toMatchObject({ reason: "ReconciliationFailed", message });
    expect(conditionOf(failed, "Ready")).toMatchObject({ reason: "ReconciliationFailed", message });
    expect(test.events).toEqual([`Warning ReconciliationFailed: ${message}`]);

    test.events.length = 0;
    end();
    await test.pass();
    expect(statuses(test.server())).toMatchObject(Object.fromEntries(steps.map((each) => [each, "True"])));
    expect(test.events).toEqual([`Normal ReconciliationSucceeded: ${type} after a failure`]);
  });

  it("controller 43: writes the same failure once", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    test.api.answerAlways({ method: "POST", path: /configmaps$/ }, statusAnswer(500, "InternalError", "no"));
    await expect(test.pass()).rejects.toThrow();
    test.events.length = 0;
    test.written();
    await expect(test.pass()).rejects.toThrow();
    expect(test.written().filter((write) => write.startsWith("PATCH policyservers"))).toEqual([]);
    expect(test.events).toEqual([]);
  });

  it("controller 21: says that there is no certificate authority", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    test.api.remove(test.stored(secrets, "kubewarden-ca") as never);
    await expect(test.pass()).rejects.toThrow();
    expect(conditionOf(test.server(), "CertSecretReconciled")?.message).toBe(
      'error reconciling secret: failed to fetch CA secret: secrets "kubewarden-ca" not found',
    );
    expect(test.stored(deployments)).toBeUndefined();
  });

  it.each<[string, object | undefined, string]>([
    ["is missing", undefined, 'configmaps "client-ca" not found'],
    ["lacks its key", { other: "x" }, 'configmaps "client-ca" has no client-ca.crt'],
  ])(
    "controller 30: with mutual TLS makes no Pods while the authority of clients %s",
    async (_row, data, text) => {
      await using test = await setUpPolicyServers(controllerConfig({ clientCaConfigMapName: "client-ca" }));
      test.put(policyServer());
      const metadata = { name: "client-ca", namespace: "kubewarden" };
      if (data !== undefined) test.put({ apiVersion: "v1", kind: "ConfigMap", metadata, data } as never);
      await expect(test.pass()).rejects.toThrow();
      expect(conditionOf(test.server(), "DeploymentReconciled")?.message).toBe(
        `error reconciling deployment: failed to fetch client CA config map: ${text}`,
      );
      expect(test.stored(deployments)).toBeUndefined();
      test.put({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { "client-ca.crt": "PEM" } } as never);
      await test.pass();
      expect(JSON.stringify(test.stored(deployments))).toContain("/ca/ca.crt,/client-ca/client-ca.crt");
    },
  );

  it("controller 43: still serves policies when the finalizer is refused", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer("default", { finalizers: [] }));
    test.api.answerAlways(
      { method: "PATCH", path: /policyservers\/default$/ },
      statusAnswer(422, "Invalid", "no longer allowed"),
    );
    await expect(test.pass()).rejects.toThrow("no longer allowed");
    expect(test.stored(deployments)).toBeDefined();
    expect(statuses(test.server())).toMatchObject({ DeploymentReconciled: "True" });
  });

  it("controller 43: says which policies are left out for the others to be served", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    test.put(clusterPolicy("bad", { module: "" }));
    await test.pass();
    const message = "left out: clusterwide-bad (spec.module is empty)";
    expect(conditionOf(test.server(), "ConfigMapReconciled")).toMatchObject({ status: "True", message });
    expect(test.events).toEqual([`Warning PoliciesLeftOut: ${message}`]);
    expect(test.stored(configMaps)?.data?.["policies.yml"]).toBe("{}");
  });
});
