import { isFalse, isTrue } from "@kubewarden-ts/api";
import type { Deployment, Pod } from "@kubewarden-ts/api/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyServer, serverPod } from "../policy/testing/objects.ts";
import { readyCondition } from "./readiness.ts";

function deployment(status: object | undefined, generation = 2): Deployment {
  const metadata = { name: "policy-server-default", generation };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, ...(status && { status }) } as Deployment;
}
const unready = serverPod("pod-b", { status: { conditions: [] } });
const done = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };

describe("readyCondition", () => {
  it.each<[string, object | undefined, Pod[], "True" | "False", string]>([
    ["all replicas are there", done, [serverPod("pod-a")], "True", "3 of 3 replicas are ready"],
    ["there is no status yet", undefined, [], "False", "0 of 3 replicas are ready"],
    [
      "one replica is missing",
      { ...done, availableReplicas: 2 },
      [serverPod("pod-a"), unready],
      "False",
      "2 of 3 replicas are ready; pod pod-b is not ready",
    ],
    [
      "the Deployment was not looked at",
      { ...done, observedGeneration: 1 },
      [],
      "False",
      "0 of 3 replicas are ready; 3 of an earlier configuration still there",
    ],
    [
      "old ones are still there",
      { ...done, replicas: 4, availableReplicas: 4 },
      [],
      "False",
      "3 of 3 replicas are ready; 1 of an earlier configuration still there",
    ],
    [
      "a rollout stands",
      { ...done, replicas: 4, updatedReplicas: 1 },
      [unready],
      "False",
      "1 of 3 replicas are ready; 3 of an earlier configuration still there; pod pod-b is not ready",
    ],
    [
      "the status is rubbish",
      { ...done, updatedReplicas: "3" },
      [],
      "False",
      "0 of 3 replicas are ready; 3 of an earlier configuration still there",
    ],
  ])("controller 43: when %s", (_row, status, pods, expected, message) => {
    const server = policyServer("default", {}, { replicas: 3 });
    const found = readyCondition(server, { conditions: [], deployment: deployment(status) }, pods);
    expect(found).toMatchObject({ type: "Ready", status: expected, message });
  });

  it("controller 43: is false after a failure, with its message", () => {
    const conditions = [isTrue("A"), isFalse("B", new Error("no"))];
    const found = readyCondition(policyServer(), { conditions, deployment: deployment(done) }, []);
    expect(found).toMatchObject({ status: "False", reason: "ReconciliationFailed", message: "no" });
  });

  it("controller 43: is false without replicas, and says that nothing can become active", () => {
    const server = policyServer("default", {}, { replicas: 0 });
    const found = readyCondition(
      server,
      { conditions: [], deployment: deployment({ observedGeneration: 2 }) },
      [],
    );
    expect(found).toMatchObject({ status: "False", reason: "NoReplicas" });
  });

  it("controller 43: is never true with fewer replicas than asked for, whatever the status says", () => {
    const count = fc.oneof(fc.integer({ min: -1, max: 5 }), fc.jsonValue());
    const status = fc.record(
      { observedGeneration: count, replicas: count, updatedReplicas: count, availableReplicas: count },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(status, (each) => {
        const server = policyServer("default", {}, { replicas: 2 });
        const found = readyCondition(server, { conditions: [], deployment: deployment(each) }, []);
        const { updatedReplicas: updated, availableReplicas: available } = each as Record<string, number>;
        if (found.status === "True") expect(updated! >= 2 && available! >= 2).toBe(true);
      }),
    );
  });
});
