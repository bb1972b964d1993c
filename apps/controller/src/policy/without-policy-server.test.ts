import type { Policy } from "@kubewarden-ts/api/policies";
import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { reconcilePolicy } from "./reconcile-policy.ts";
import { clusterPolicy, policyServer } from "./testing/objects.ts";
import { activePolicy, conditionStates, type PolicySetUp, rollOut, setUpPolicies } from "./testing/set-up.ts";

describe("a policy that is on its way out, or has no policy server", () => {
  describe("controller 7: deletes the webhook before the finalizers go", () => {
    const deleting = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    it.each<[string, string[], string[] | undefined]>([
      ["and the policy with them", ["kubewarden.io/finalizer"], undefined],
      ["the old one too", ["kubewarden", "kubewarden.io/finalizer"], undefined],
      ["and leaves those of others", ["kubewarden.io/finalizer", "example.com/f"], ["example.com/f"]],
    ])("%s", async (_row, finalizers, left) => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      test.view.policies.ClusterAdmissionPolicy.put({
        ...clusterPolicy("psp"),
        metadata: { ...active.metadata, ...deleting, finalizers },
      });
      const after = await test.reconcile(active);
      expect(test.writes).toEqual([
        "delete ValidatingWebhookConfiguration clusterwide-psp",
        "patch ClusterAdmissionPolicy psp",
      ]);
      expect(after?.metadata.finalizers).toEqual(left);
    });

    it("keeps the finalizer when the webhook cannot be deleted", async () => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      const meta = { ...active.metadata, ...deleting, finalizers: ["kubewarden.io/finalizer"] };
      test.view.policies.ClusterAdmissionPolicy.put({ ...clusterPolicy("psp"), metadata: meta });
      test.fail(
        "delete",
        "ValidatingWebhookConfiguration",
        new KubeError("no", { code: "KUBE_UNAVAILABLE" }),
      );
      await expect(test.reconcile(active)).rejects.toThrow("no");
      expect(test.stored(active)?.metadata.finalizers).toEqual(["kubewarden.io/finalizer"]);
    });

    it("writes nothing for one that others keep", async () => {
      const test = await setUpPolicies();
      const policy = clusterPolicy("psp", {}, { ...deleting, finalizers: ["example.com/f"] });
      await test.reconcile(policy);
      expect(test.writes).toEqual([]);
    });
  });

  it.each<[string, (test: PolicySetUp) => void]>([
    ["is gone", ({ view }) => view.policyServers.remove(policyServer())],
    [
      "is being deleted",
      ({ view }) =>
        view.policyServers.put(policyServer("default", { deletionTimestamp: "2026-01-01T00:00:00Z" })),
    ],
  ])(
    "controller 8, 9: is scheduled, without webhook, while the policy server %s, then active again",
    async (_row, change) => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      change(test);
      const after = await test.reconcile(active);
      expect([after?.status?.policyStatus, test.webhook(active), after?.status?.replicas]).toEqual([
        "scheduled",
        undefined,
        [],
      ]);
      expect(conditionStates(after)).toMatchObject({
        PolicyActive: "False",
        PolicyUniquelyReachable: "False",
        PolicyLoaded: "Unknown",
      });
      expect(test.events[0]).toMatch("Warning PolicyServerMissing: PolicyServer default does not exist");
      test.view.policyServers.put(policyServer());
      expect((await test.reconcile(active))?.status?.policyStatus).toBe("active");
    },
  );

  it("controller 10: a policy of a missing policy server is scheduled, and written once", async () => {
    const test = await setUpPolicies();
    const policy = clusterPolicy("psp", { policyServer: "elsewhere" });
    rollOut(test, [policy]);
    const after = await test.reconcile(policy);
    expect([after?.status?.policyStatus, test.webhook(policy)]).toEqual(["scheduled", undefined]);
    test.writes.length = 0;
    await test.reconcile(policy);
    expect(test.writes).toEqual([]);
  });

  it("is unscheduled without the name of a policy server", async () => {
    const test = await setUpPolicies();
    expect((await test.reconcile(clusterPolicy("psp", { policyServer: "" })))?.status?.policyStatus).toBe(
      "unscheduled",
    );
  });

  it("controller 35: keeps the webhook when the API server does not say whether there is a policy server", async () => {
    const test = await setUpPolicies();
    const active = await activePolicy(test);
    test.view.policyServers.remove(test.view.policyServers.list()[0]!);
    test.fail("get", "PolicyServer", new KubeError("the API server is down", { code: "KUBE_UNAVAILABLE" }));
    await expect(test.reconcile(active)).rejects.toThrow("the API server is down");
    expect(test.writes).toEqual([]);
    expect(test.webhook(active)).toBeDefined();
  });

  describe("that went away without its finalizer", () => {
    const key = "ClusterAdmissionPolicy/psp";
    const goneIn = (test: PolicySetUp, active: Policy): Set<string> => {
      const keys = test.triggered();
      test.view.policies.ClusterAdmissionPolicy.remove(active);
      return keys;
    };
    const look = (test: PolicySetUp) => reconcilePolicy(test.context, key, new AbortController().signal);

    it("leaves no webhook behind: everything would be refused", async () => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      expect([...goneIn(test, active)]).toEqual([key]);
      await look(test);
      expect(test.writes).toEqual(["delete ValidatingWebhookConfiguration clusterwide-psp"]);
    });

    it.each<[string, (test: PolicySetUp) => void]>([
      [
        "the API server does not say that it is gone",
        (test) =>
          test.fail("get", "ClusterAdmissionPolicy", new KubeError("no", { code: "KUBE_RESOURCE_UNKNOWN" })),
      ],
      [
        "it is another policy's",
        ({ view }) => {
          const [webhook] = view.validatingWebhooks.list();
          const annotations = { kubewardenPolicyName: "other", kubewardenPolicyNamespace: "" };
          view.validatingWebhooks.put({ ...webhook!, metadata: { ...webhook!.metadata, annotations } });
        },
      ],
      [
        "it is nobody's that we know",
        ({ view }) => {
          const [webhook] = view.validatingWebhooks.list();
          view.validatingWebhooks.put({ ...webhook!, metadata: { name: "clusterwide-psp" } });
        },
      ],
    ])("leaves the webhook when %s", async (_row, change) => {
      const test = await setUpPolicies();
      goneIn(test, await activePolicy(test));
      change(test);
      await look(test).catch(() => {});
      expect(test.writes).toEqual([]);
    });
  });

  describe("controller 42: gets a finalizer before its webhook where it has none", () => {
    const bare = clusterPolicy("psp", {}, { finalizers: [] });

    it("as after an uninstallation that left it", async () => {
      const test = await setUpPolicies();
      rollOut(test, [bare]);
      const after = await test.reconcile(bare);
      expect(after?.metadata.finalizers).toEqual(["kubewarden.io/finalizer"]);
      expect(test.writes).toEqual([
        "patch ClusterAdmissionPolicy psp",
        "create ValidatingWebhookConfiguration clusterwide-psp",
        "patch ClusterAdmissionPolicy/status psp",
      ]);
    });

    it("and is enforced though the API server does not take it", async () => {
      const test = await setUpPolicies();
      rollOut(test, [bare]);
      test.fail("patch", "ClusterAdmissionPolicy", new KubeError("invalid", { code: "KUBE_REFUSED" }));
      expect((await test.reconcile(bare))?.status?.policyStatus).toBe("active");
      expect(test.webhook(bare)).toBeDefined();
    });
  });
});
