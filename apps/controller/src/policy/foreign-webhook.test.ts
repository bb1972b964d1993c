import type { WebhookConfiguration } from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { clusterPolicy, policyServer } from "./testing/objects.ts";
import {
  activePolicy,
  type PolicySetUp,
  putConfiguration,
  rollOut,
  setUpPolicies,
} from "./testing/set-up.ts";

const name = "clusterwide-psp";
const deleting = { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["kubewarden.io/finalizer"] };
const told = (kind: string) =>
  `Warning WebhookNotOurs: ${kind} ${name} is none of ours and stays: rename it, or the policy`;

function foreign(kind: "Validating" | "Mutating", metadata: object = {}, webhooks: object[] = []) {
  const object = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration`,
    metadata: { name, labels: { app: "theirs" }, ...metadata },
    webhooks,
  };
  return object as unknown as WebhookConfiguration;
}

async function deleted(test: PolicySetUp): Promise<void> {
  const policy = clusterPolicy("psp", {}, deleting);
  test.view.policies.ClusterAdmissionPolicy.put(policy);
  await test.reconcile(policy);
}

describe("a webhook configuration of a policy's name", () => {
  it("controller 7: that is somebody else's outlives the policy, which goes", async () => {
    const test = await setUpPolicies();
    test.view.validatingWebhooks.put(foreign("Validating"));
    test.view.mutatingWebhooks.put(foreign("Mutating"));
    await deleted(test);
    expect(test.writes).toEqual(["patch ClusterAdmissionPolicy psp"]);
    expect(test.events).toEqual([
      told("ValidatingWebhookConfiguration"),
      told("MutatingWebhookConfiguration"),
    ]);
  });

  it.each<[string, Parameters<typeof foreign>]>([
    ["our label", ["Validating", { labels: { "app.kubernetes.io/part-of": "kubewarden" } }]],
    ["the label before 1.16", ["Validating", { labels: { kubewarden: "true" } }]],
    [
      "our annotations",
      ["Validating", { annotations: { kubewardenPolicyName: "psp", kubewardenPolicyNamespace: "" } }],
    ],
    [
      "our Service alone, as when somebody emptied it of the rest",
      [
        "Validating",
        { labels: {} },
        [
          {
            name: "w",
            clientConfig: {
              service: { namespace: "kubewarden", name: "policy-server-default", path: `/validate/${name}` },
            },
          },
        ],
      ],
    ],
  ])("controller 7: with %s is deleted with it", async (_row, parameters) => {
    const test = await setUpPolicies();
    test.view.validatingWebhooks.put(foreign(...parameters));
    await deleted(test);
    expect(test.writes).toEqual([
      `delete ValidatingWebhookConfiguration ${name}`,
      "patch ClusterAdmissionPolicy psp",
    ]);
    expect(test.events).toEqual([]);
  });

  it("controller 8: that is somebody else's stays when the policy server goes, which is told once", async () => {
    const test = await setUpPolicies();
    const active = await activePolicy(test);
    test.view.mutatingWebhooks.put(foreign("Mutating"));
    test.view.policyServers.remove(policyServer());
    await test.reconcile(active);
    await test.reconcile(active);
    expect(test.writes.filter((write) => write.startsWith("delete"))).toEqual([
      `delete ValidatingWebhookConfiguration ${name}`,
    ]);
    expect(test.events.filter((event) => event.includes("WebhookNotOurs"))).toEqual([
      told("MutatingWebhookConfiguration"),
    ]);
  });

  it("controller 14, 44: of the other kind that is somebody else's stays, and nothing more is written", async () => {
    const test = await setUpPolicies();
    test.view.mutatingWebhooks.put(foreign("Mutating"));
    rollOut(test, [clusterPolicy("psp")]);
    const active = (await test.reconcile(clusterPolicy("psp")))!;
    expect(test.view.mutatingWebhooks.list()).toHaveLength(1);
    expect(test.events).toContain(told("MutatingWebhookConfiguration"));
    test.writes.length = test.events.length = 0;
    await test.reconcile(active);
    expect(test.writes).toEqual([]);
    expect(test.events).toEqual([]);
  });

  it("controller 15: that is somebody else's does not stand for the one that is gone, also in a rollout", async () => {
    const test = await setUpPolicies();
    const active = await activePolicy(test);
    test.view.mutatingWebhooks.put(foreign("Mutating"));
    test.view.validatingWebhooks.remove(test.view.validatingWebhooks.list()[0]!);
    putConfiguration(test, [active], "8");
    await test.reconcile(active);
    expect(test.view.validatingWebhooks.get({ name })).toBeDefined();
  });
});
