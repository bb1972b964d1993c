import { describe, expect, it } from "vitest";
import type { ReplicaReport } from "./replica-report.ts";
import { clusterPolicy, policyServer } from "./testing/objects.ts";
import {
  activePolicy,
  conditionOf,
  conditionStates,
  putConfiguration,
  rollOut,
  setUpPolicies,
} from "./testing/set-up.ts";

const told = (state: string, error?: string, policiesDigest?: string): ReplicaReport => ({
  kind: "told",
  policies: new Map([["clusterwide-psp", { state, revision: "1f", error }]]),
  policiesDigest,
});
const reload = { annotations: { "kubewarden-ts.io/policy-updates": "reload" } };

describe("a policy whose replicas tell", () => {
  it("controller 2: is asked for only once all have been heard", async () => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp");
    rollOut(test, [policy], ["pod-a", "pod-b"]);
    test.report("pod-a", told("active"));
    test.report("pod-b", { kind: "awaited" });
    expect((await test.reconcile(policy))?.status?.policyStatus).toBe("pending");
    expect(test.webhook(policy)).toBeUndefined();
    test.report("pod-b", told("active"));
    const after = await test.reconcile(policy);
    expect(after?.status).toMatchObject({
      policyStatus: "active",
      replicas: [
        { pod: "pod-a", state: "active", revision: "1f" },
        { pod: "pod-b", state: "active", revision: "1f" },
      ],
    });
    expect(conditionStates(after)).toMatchObject({ PolicyLoaded: "True", PolicyActive: "True" });
  });

  it("stays pending, without webhook, while one cannot load it, and says why", async () => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp");
    rollOut(test, [policy]);
    test.report("pod-a", told("failed", "no such host"));
    const after = await test.reconcile(policy);
    expect([after?.status?.policyStatus, test.webhook(policy)]).toEqual(["pending", undefined]);
    expect(conditionOf(after, "PolicyLoaded")).toMatchObject({
      ...{ status: "False", reason: "PolicyNotLoaded", message: "pod-a: no such host" },
    });
    expect(test.events).toContain("Warning PolicyNotLoaded: pod-a: no such host");
    expect(test.awaited).toEqual(["pod-a 7"]);
    test.writes.length = 0;
    await test.reconcile(policy);
    expect(test.writes).toEqual([]);
    test.report("pod-a", told("active"));
    expect((await test.reconcile(policy))?.status?.policyStatus).toBe("active");
  });

  it("keeps webhook and status when it was active, and its webhook can still be changed", async () => {
    const test = await setUpPolicies();
    const active = await activePolicy(test);
    test.report("pod-a", told("failed", "no such host"));
    const narrowed = clusterPolicy("psp", { objectSelector: { matchLabels: { a: "b" } } });
    test.view.policies.ClusterAdmissionPolicy.put({ ...active, ...{ spec: narrowed.spec } });
    const after = await test.reconcile(active);
    expect(after?.status?.policyStatus).toBe("active");
    expect(conditionStates(after)).toMatchObject({ PolicyLoaded: "False", PolicyActive: "True" });
    expect(test.webhook(active)?.webhooks?.[0]).toMatchObject({
      objectSelector: { matchLabels: { a: "b" } },
    });
  });

  it("controller 44: a restarted controller, which has heard nobody yet, writes nothing", async () => {
    const test = await setUpPolicies();
    test.report("pod-a", told("active"));
    const active = await activePolicy(test);
    test.report("pod-a", { kind: "awaited" });
    await test.reconcile(active);
    expect([test.writes, test.events]).toEqual([[], []]);
  });
});

describe("a policy whose replicas reload", () => {
  it("controller 5: waits with its webhook until every pod has read the configuration", async () => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp");
    test.view.policyServers.put(policyServer("default", reload));
    rollOut(test, [policy]);
    putConfiguration(test, [policy], "8");
    const digestOf = (): string =>
      test.context.readConfiguration(test.view.configMaps.list()[0]).policiesDigest;
    test.report("pod-a", told("active", undefined, digestOf()));
    expect((await test.reconcile(policy))?.status?.policyStatus).toBe("active");

    const next = clusterPolicy("psp", { timeoutSeconds: 3, mode: "monitor" });
    const stored = test.stored(policy);
    test.view.policies.ClusterAdmissionPolicy.put({
      ...next,
      ...{ status: stored?.status ?? undefined },
    } as never);
    putConfiguration(test, [next], "9");
    const during = await test.reconcile(policy);
    expect(conditionOf(during, "PolicyUniquelyReachable")).toMatchObject({
      status: "False",
      message: expect.stringContaining("pod-a: has not read the latest configuration yet"),
    });
    expect(test.webhook(policy)?.webhooks?.[0]).toMatchObject({ timeoutSeconds: 10 });
    expect(test.awaited).toEqual(["pod-a 9"]);
    test.report("pod-a", told("active", undefined, digestOf()));
    await test.reconcile(policy);
    expect(test.webhook(policy)?.webhooks?.[0]).toMatchObject({ timeoutSeconds: 3 });
  });

  it("is never active through replicas that do not say what they run", async () => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp");
    test.view.policyServers.put(policyServer("default", reload));
    rollOut(test, [policy]);
    const after = await test.reconcile(policy);
    expect([after?.status?.policyStatus, test.webhook(policy)]).toEqual(["pending", undefined]);
    expect(conditionStates(after)).toMatchObject({
      PolicyLoaded: "Unknown",
      PolicyUniquelyReachable: "False",
    });
  });
});
