import { describe, expect, it } from "vitest";
import { policyServer } from "../policy/testing/objects.ts";
import { desiredPodDisruptionBudget } from "./pod-disruption-budget.ts";
import { controllerConfig } from "./testing/config.ts";

function desired(spec: object) {
  const options = { config: controllerConfig(), current: undefined };
  return desiredPodDisruptionBudget(policyServer("default", { uid: "u" }, spec), options);
}
const selector = {
  matchLabels: {
    "app.kubernetes.io/instance": "policy-server-default",
    "app.kubernetes.io/part-of": "kubewarden",
    "kubewarden/policy-server": "default",
  },
};

describe("desiredPodDisruptionBudget", () => {
  it("controller 21: is complete", () => {
    expect(desired({ minAvailable: 1 })).toEqual({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: {
        name: "policy-server-default",
        namespace: "kubewarden",
        labels: {
          "app.kubernetes.io/component": "policy-server",
          "app.kubernetes.io/instance": "policy-server-default",
          "app.kubernetes.io/part-of": "kubewarden",
          "app.kubernetes.io/managed-by": "kubewarden-controller",
        },
        ownerReferences: [
          { apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer", name: "default", uid: "u" },
        ],
      },
      spec: { minAvailable: 1, selector },
    });
  });

  it.each<[string, object, object | undefined]>([
    ["nothing", {}, undefined],
    ["a number", { maxUnavailable: 0 }, { maxUnavailable: 0 }],
    ["a percentage", { minAvailable: "30%" }, { minAvailable: "30%" }],
    ["both", { minAvailable: "30%", maxUnavailable: 1 }, { minAvailable: "30%" }],
  ])("controller 25: follows a spec that says %s", (_row, spec, expected) => {
    expect(desired(spec)?.spec).toEqual(expected && { ...expected, selector });
  });
});
