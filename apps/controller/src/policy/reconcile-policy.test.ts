import type { Policy } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { clusterGroup, clusterPolicy, groupIn, policyIn } from "./testing/objects.ts";
import { activePolicy, rollOut, setUpPolicies } from "./testing/set-up.ts";

const kinds: [string, Policy][] = [
  ["ClusterAdmissionPolicy", clusterPolicy("x")],
  ["AdmissionPolicy", policyIn("ns", "x")],
  ["ClusterAdmissionPolicyGroup", clusterGroup("x")],
  ["AdmissionPolicyGroup", groupIn("ns", "x")],
  ["a mutating policy", clusterPolicy("x", { mutating: true })],
];

describe("reconcilePolicy", () => {
  it.each(kinds)(
    "controller 1: makes %s active, with its webhook and all that its status says",
    async (_row, policy) => {
      const test = await setUpPolicies();
      rollOut(test, [policy]);
      const after = await test.reconcile(policy);
      expect(test.webhook(policy)?.webhooks?.[0]?.clientConfig.caBundle).toBe(
        test.view.secrets.list()[0]?.data?.["ca.crt"],
      );
      expect(after?.status).toMatchObject({ policyStatus: "active", mode: "protect" });
      expect(after?.status?.conditions?.map(({ lastTransitionTime: _, ...rest }) => rest)).toEqual([
        {
          ...{ type: "PolicyActive", status: "True", reason: "PolicyActive", observedGeneration: 1 },
          message: "The policy webhook has been created",
        },
        {
          ...{ type: "PolicyUniquelyReachable", status: "True", observedGeneration: 1 },
          reason: "LatestReplicaSetIsUniquelyReachable",
          message: "The latest replica set is uniquely reachable",
        },
        {
          ...{ type: "PolicyLoaded", status: "Unknown", reason: "ReplicaDoesNotTell", observedGeneration: 1 },
          message: "pod-a: GET /policies answers with status 404",
        },
        {
          ...{ type: "PolicyServerConfigurationUpToDate", status: "True", observedGeneration: 1 },
          reason: "ConfigurationVersionMatch",
          message: "Configuration for this policy is up to date",
        },
      ]);
      expect(test.events).toEqual(["Normal PolicyActive: PolicyServer default enforces the policy"]);
    },
  );

  it.each(kinds)("controller 44: writes nothing in a second pass over %s", async (_row, policy) => {
    const test = await setUpPolicies();
    const active = await activePolicy(test, policy);
    await test.clock.advance(3_600_000);
    await test.reconcile(active);
    expect([test.writes, test.events]).toEqual([[], []]);
  });

  it("controller 44: writes no status again while the view does not show the last one", async () => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp");
    rollOut(test, [policy]);
    await test.reconcile(policy);
    test.view.policies.ClusterAdmissionPolicy.put(policy);
    test.writes.length = 0;
    await test.clock.advance(5000);
    await test.reconcile(policy);
    expect([test.writes, test.stored(policy)]).toEqual([[], policy]);
  });

  it("keeps fields and conditions of others in the status", async () => {
    const test = await setUpPolicies();
    const foreign = {
      type: "Foreign",
      status: "True",
      reason: "R",
      message: "",
      lastTransitionTime: "2025-01-01T00:00:00Z",
    } as const;
    const policy = {
      ...clusterPolicy("psp"),
      status: { policyStatus: "pending", conditions: [foreign], more: 1 } as const,
    };
    rollOut(test, [clusterPolicy("psp")]);
    test.view.policies.ClusterAdmissionPolicy.put(policy as never);
    const after = await test.reconcile(clusterPolicy("psp"));
    expect(after?.status).toMatchObject({ policyStatus: "active", more: 1 });
    expect(after?.status?.conditions?.[0]).toEqual(foreign);
  });
});
