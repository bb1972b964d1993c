import { deployments, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import { statusAnswer } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { clusterPolicy, policyServer } from "../policy/testing/objects.ts";
import { conditionOf, setUpPolicyServers } from "./testing/set-up.ts";

const finalizers = ["kubewarden.io/finalizer"];

describe("finishDeletion", () => {
  const deleted = { deletionTimestamp: "2026-01-02T00:00:00Z" };
  const webhook = (name: string) => ({
    ...validatingWebhookConfigurations,
    metadata: { name, labels: { "app.kubernetes.io/part-of": "kubewarden" } },
  });

  it.each([[["kubewarden.io/finalizer"]], [["kubewarden"]], [["kubewarden", "kubewarden.io/finalizer"]]])(
    "controller 8: waits for the webhooks of its policies, then takes off %j",
    async (ours) => {
      await using test = await setUpPolicyServers();
      test.put(policyServer("default", { ...deleted, finalizers: ours }));
      test.put(clusterPolicy("b"));
      test.put(clusterPolicy("a"));
      for (const name of ["clusterwide-a", "clusterwide-b"]) {
        const { apiVersion, kind, metadata } = webhook(name);
        test.put({ apiVersion, kind, metadata });
      }
      expect(await test.pass()).toEqual({ requeueAfterMs: 2000 });
      const message = "Waiting for webhook cleanup of policies: clusterwide-a, clusterwide-b";
      expect(conditionOf(test.server(), "PolicyWebhooksCleanedUp")).toMatchObject({
        status: "False",
        message,
      });
      expect(test.server()?.metadata.finalizers).toEqual(ours);
      expect(test.events).toContain(`Normal WaitingForWebhooks: ${message}`);
      test.written();
      await test.pass();
      expect(test.written()).toEqual([]);

      for (const name of ["clusterwide-a", "clusterwide-b"]) {
        test.api.remove(test.stored(validatingWebhookConfigurations, name) as never);
      }
      const statusWrites: unknown[] = [];
      test.api.admit = ({ object, subresource }) =>
        void (subresource === "status" && statusWrites.push(object?.["status"]));
      expect(await test.pass()).toBeUndefined();
      expect(statusWrites).toMatchObject([
        {
          conditions: expect.arrayContaining([
            expect.objectContaining({ type: "PolicyWebhooksCleanedUp", status: "True" }),
          ]),
        },
      ]);
      expect(test.server()).toBeUndefined();
      expect(test.stored(clusterAdmissionPolicies, "a")).toBeDefined();
    },
  );

  it("controller 8: waits for a webhook that the view does not show yet", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer("default", { ...deleted, finalizers }));
    test.put(clusterPolicy("a"));
    const { apiVersion, kind, metadata } = webhook("clusterwide-a");
    test.api.answerAlways(
      { method: "GET", path: /validatingwebhookconfigurations$/ },
      {
        status: 200,
        body: {
          ...{ kind: `${kind}List`, apiVersion, metadata: { resourceVersion: "1" } },
          items: [{ metadata }],
        },
      },
    );
    expect(await test.pass()).toEqual({ requeueAfterMs: 2000 });
    expect(test.server()?.metadata.finalizers).toEqual(finalizers);
  });

  it("controller 45: does not look at what its spec names, and makes nothing anew", async () => {
    await using test = await setUpPolicyServers();
    const foreign = [...finalizers, "example.com/mine"];
    test.put(policyServer("default", { ...deleted, finalizers: foreign }, { imagePullSecret: "gone" }));
    await test.pass();
    expect(test.server()?.metadata.finalizers).toEqual(["example.com/mine"]);
    expect(test.stored(deployments)).toBeUndefined();
    test.written();
    await test.pass();
    expect(test.written()).toEqual([]);
  });

  it("controller 8: lets somebody else's change of the finalizers pass first", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer("default", { ...deleted, finalizers }));
    test.catchUp();
    test.api.answer(
      { method: "PATCH", path: /policyservers\/default$/ },
      statusAnswer(409, "Conflict", "the object has been modified"),
    );
    expect(await test.pass()).toBeUndefined();
    expect(test.server()?.metadata.finalizers).toEqual(finalizers);
  });
});
