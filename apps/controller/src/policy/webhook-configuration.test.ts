import type { Policy } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { clusterGroup, clusterPolicy, groupIn, policyIn } from "./testing/objects.ts";
import { desiredWebhookConfiguration } from "./webhook-configuration.ts";

const surroundings = { namespace: "kw", caBundle: "Q0E=", features: { matchConditions: true } };
const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const elsewhere = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kw"] };

function webhook(policy: Policy, features = surroundings.features) {
  const { object } = desiredWebhookConfiguration(policy, { ...surroundings, features });
  return object.webhooks?.[0];
}

describe("desiredWebhookConfiguration", () => {
  it("controller 1: is as the API server stores it for a policy that says little", () => {
    expect(desiredWebhookConfiguration(clusterPolicy("psp"), surroundings)).toEqual({
      type: "validating",
      object: {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: {
          name: "clusterwide-psp",
          labels: { "app.kubernetes.io/part-of": "kubewarden" },
          annotations: { kubewardenPolicyName: "psp", kubewardenPolicyNamespace: "" },
        },
        webhooks: [
          {
            name: "clusterwide-psp.kubewarden.admission",
            clientConfig: {
              caBundle: "Q0E=",
              service: {
                namespace: "kw",
                name: "policy-server-default",
                path: "/validate/clusterwide-psp",
                port: 443,
              },
            },
            rules,
            namespaceSelector: { matchExpressions: [elsewhere] },
            sideEffects: "None",
            timeoutSeconds: 10,
            admissionReviewVersions: ["v1"],
          },
        ],
      },
    });
  });

  it("controller 1: hands on what the spec says", () => {
    const said = {
      failurePolicy: "Ignore",
      matchPolicy: "Exact",
      objectSelector: { matchLabels: { a: "b" } },
      sideEffects: "NoneOnDryRun",
      timeoutSeconds: 3,
      matchConditions: [{ name: "c", expression: "true" }],
    };
    expect(webhook(clusterPolicy("psp", said))).toMatchObject(said);
  });

  it.each<[string, Policy, object]>([
    ["policy", clusterPolicy("x"), { name: "clusterwide-x", namespace: "" }],
    ["policy of a namespace", policyIn("ns", "x"), { name: "namespaced-ns-x", namespace: "ns" }],
    ["group", clusterGroup("x"), { name: "clusterwide-group-x", namespace: "" }],
    ["group of a namespace", groupIn("ns", "x"), { name: "namespaced-group-ns-x", namespace: "ns" }],
  ])("controller 1: names the webhook of a %s", (_row, policy, expected) => {
    const { name, annotations } = desiredWebhookConfiguration(policy, surroundings).object.metadata;
    expect({ name, namespace: annotations?.["kubewardenPolicyNamespace"] }).toEqual(expected);
    expect(webhook(policy)?.clientConfig.service?.path).toBe(`/validate/${name}`);
  });

  it.each<[string, Policy, object | undefined]>([
    ["excludes the policy servers' namespace", clusterPolicy("x"), { matchExpressions: [elsewhere] }],
    [
      "excludes it for groups",
      clusterGroup("x", { allowInsideAdmissionControllerNamespace: false }),
      { matchExpressions: [elsewhere] },
    ],
    [
      "excludes nothing when told so",
      clusterPolicy("x", { allowInsideAdmissionControllerNamespace: true }),
      undefined,
    ],
    [
      "hands the selector on as it is when told so",
      clusterGroup("x", {
        allowInsideAdmissionControllerNamespace: true,
        namespaceSelector: { matchLabels: { a: "b" } },
      }),
      { matchLabels: { a: "b" } },
    ],
  ])("controller 11: %s", (_row, policy, expected) => {
    expect(webhook(policy)?.["namespaceSelector"]).toEqual(expected);
  });

  it("controller 12: keeps labels and expressions of the selector beside the exclusion", () => {
    const own = { key: "team", operator: "Exists" };
    const namespaceSelector = { matchLabels: { env: "prod" }, matchExpressions: [own] };
    expect(webhook(clusterPolicy("x", { namespaceSelector }))?.["namespaceSelector"]).toEqual({
      matchLabels: { env: "prod" },
      matchExpressions: [elsewhere, own],
    });
  });

  it.each<[string, Policy]>([
    ["policy", policyIn("ns", "x", { namespaceSelector: { matchLabels: { env: "prod" } } })],
    ["group", groupIn("ns", "x")],
  ])("controller 13: selects only the namespace of a namespaced %s", (_row, policy) => {
    expect(webhook(policy)).toMatchObject({
      rules: rules.map((rule) => ({ ...rule, scope: "Namespaced" })),
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ns" } },
    });
    expect(policy.spec.rules).toEqual(rules);
  });

  it("controller 14: is a mutating one, asked by the same path, for a policy that mutates", () => {
    const { type, object } = desiredWebhookConfiguration(
      clusterPolicy("x", { mutating: true }),
      surroundings,
    );
    expect(type).toBe("mutating");
    expect(object.kind).toBe("MutatingWebhookConfiguration");
    expect(object.webhooks?.[0]?.clientConfig.service?.path).toBe("/validate/clusterwide-x");
  });

  it("controller 33: has no match conditions where the API has no such field", () => {
    const policy = clusterPolicy("x", { matchConditions: [{ name: "c", expression: "true" }] });
    expect(webhook(policy, { matchConditions: false })).not.toHaveProperty("matchConditions");
  });
});
