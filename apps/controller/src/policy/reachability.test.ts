import type { KubernetesObject } from "@kubewarden-ts/api";
import type { Policy } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { clusterPolicy, serverPod } from "./testing/objects.ts";
import {
  activePolicy,
  conditionOf,
  conditionStates,
  type PolicySetUp,
  putConfiguration,
  replicaSet,
  rollOut,
  setUpPolicies,
} from "./testing/set-up.ts";

describe("reachability of a policy", () => {
  it("says why the policy server's configuration has to do without it", async () => {
    const test = await setUpPolicies();
    rollOut(test, []);
    const after = await test.reconcile(clusterPolicy("psp", { module: "" }));
    expect(conditionOf(after, "PolicyUniquelyReachable")?.message).toMatch(
      "left out of the policy server's configuration: spec.module is empty",
    );
  });

  describe("controller 2: makes no webhook for a new policy", () => {
    it.each<[string, (test: PolicySetUp, policy: Policy) => void, string]>([
      [
        "without a ConfigMap",
        ({ view }) => void view.configMaps.remove(view.configMaps.list()[0]!),
        "no readable configuration",
      ],
      [
        "that the ConfigMap lacks",
        (test) => putConfiguration(test, [], "7"),
        "not in the policy server's configuration",
      ],
      [
        "while the ConfigMap cannot be read",
        ({ view }) => {
          const [configMap] = view.configMaps.list();
          view.configMaps.put({
            ...configMap!,
            data: { "policies.yml": '{"clusterwide-psp":{"module":"m","policies":{}}}' },
          });
        },
        "no readable configuration",
      ],
      ...(["configMaps", "deployments"] as const).map(
        (plural): [string, (test: PolicySetUp) => void, string] => [
          `while the ${plural} are those of an earlier PolicyServer of the name`,
          ({ view }) => {
            const informer: { put(object: KubernetesObject): void; list(): readonly KubernetesObject[] } =
              view[plural];
            for (const object of informer.list()) informer.put(withOwner(object, "an-earlier-uid"));
          },
          "what an earlier policy server left has not been taken over yet",
        ],
      ),
      [
        "without a Deployment",
        ({ view }) => void view.deployments.remove(view.deployments.list()[0]!),
        "has not been rolled out",
      ],
      [
        "before the ReplicaSet has the configuration",
        (test, policy) => putConfiguration(test, [policy], "8"),
        "has not been rolled out",
      ],
      [
        "while the Deployment is of another revision",
        ({ view }) =>
          view.replicaSets.put(
            replicaSet("rs-1", "h1", {
              "deployment.kubernetes.io/revision": "2",
              "kubewarden/config-version": "7",
            }),
          ),
        "has not been rolled out",
      ],
      [
        "without a pod",
        ({ view }) => void view.pods.remove(view.pods.list()[0]!),
        "no pod of the policy server runs",
      ],
      [
        "while a pod is not ready",
        ({ view }) =>
          view.pods.put(serverPod("pod-b", { status: { conditions: [{ type: "Ready", status: "False" }] } })),
        "pod pod-b is not ready",
      ],
      [
        "while a pod crashes",
        ({ view }) =>
          view.pods.put(
            serverPod("pod-b", {
              status: {
                conditions: [],
                containerStatuses: [{ restartCount: 3, state: { waiting: { reason: "CrashLoopBackOff" } } }],
              },
            }),
          ),
        "pod pod-b is not ready: it ends and is started again, see its log",
      ],
      [
        "while an image cannot be pulled",
        ({ view }) =>
          view.pods.put(
            serverPod("pod-b", {
              status: {
                conditions: [],
                containerStatuses: [{ state: { waiting: { reason: "ErrImagePull" } } }],
              },
            }),
          ),
        "pod pod-b is not ready: its image cannot be pulled",
      ],
    ])("%s", async (_row, change, problem) => {
      const test = await setUpPolicies();
      const policy = clusterPolicy("psp");
      rollOut(test, [policy]);
      change(test, policy);
      const after = await test.reconcile(policy);
      expect(test.webhook(policy)).toBeUndefined();
      expect(after?.status?.policyStatus).toBe("pending");
      expect(conditionOf(after, "PolicyActive")).toMatchObject({
        status: "False",
        reason: "PolicyActive",
        message: "The policy webhook has not been created",
      });
      expect(conditionOf(after, "PolicyUniquelyReachable")).toMatchObject({
        status: "False",
        reason: "LatestReplicaSetIsNotUniquelyReachable",
        message: expect.stringMatching(`^The latest replica set is not uniquely reachable: .*${problem}`),
      });
    });
  });

  it.each<[string, object]>([
    ["runs", {}],
    ["is on its way out", { deletionTimestamp: "2026-01-01T00:00:00Z" }],
  ])("controller 3: is not uniquely reachable while a pod of an older ReplicaSet %s", async (_row, meta) => {
    const test = await setUpPolicies();
    const active = await activePolicy(test);
    const labels = { "kubewarden/policy-server": "default", "pod-template-hash": "h0" };
    test.view.pods.put(serverPod("pod-old", { meta: { labels, ...meta } }));
    const after = await test.reconcile(active);
    expect(conditionStates(after)).toMatchObject({ PolicyUniquelyReachable: "False", PolicyActive: "True" });
    expect(after?.status?.policyStatus).toBe("active");
  });

  it.each<[string, object]>([
    ["has failed", { status: { phase: "Failed", conditions: [] } }],
    ["was evicted", { status: { phase: "Failed", reason: "Evicted", conditions: [] } }],
    [
      "is of somebody else",
      { meta: { labels: { "kubewarden/policy-server": "default" } }, status: { conditions: [] } },
    ],
  ])("is held up by no pod that %s", async (_row, pod) => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp");
    rollOut(test, [policy]);
    test.view.pods.put(serverPod("pod-b", pod));
    expect((await test.reconcile(policy))?.status?.policyStatus).toBe("active");
  });
});

function withOwner<T extends KubernetesObject>(object: T, uid: string): T {
  const owner = { apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer", name: "default", uid };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}
