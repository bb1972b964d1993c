import { describe, expect, it } from "vitest";
import { controllerWebhookConfigurations } from "./webhook-configurations.ts";

const options = { namespace: "kubewarden", serviceName: "webhook-service" };
const [mutating, validating] = controllerWebhookConfigurations(options);
const kinds = [
  "policyserver",
  "clusteradmissionpolicy",
  "admissionpolicy",
  "clusteradmissionpolicygroup",
  "admissionpolicygroup",
];

describe("the webhook configurations of the controller (controller.md 2.1)", () => {
  it("are two, which the controller finds by their label", () => {
    const labels = { "app.kubernetes.io/part-of": "kubewarden" };
    const place = (name: string) => ({ name: `kubewarden-controller-${name}-webhook-configuration`, labels });
    expect(mutating.metadata).toEqual(place("mutating"));
    expect(validating.metadata).toEqual(place("validating"));
  });

  it.each(kinds.map((kind, index) => [kind, index] as const))("ask about %s", (kind, index) => {
    const service = { namespace: "kubewarden", name: "webhook-service", port: 443 };
    const path = (verb: string) => `/${verb}-policies-kubewarden-io-v1-${kind}`;
    const common = { failurePolicy: "Fail", sideEffects: "None", rules: [{ apiVersions: ["v1"] }] };
    expect(mutating.webhooks[index]).toMatchObject({
      ...common,
      name: `m${kind}.kb.io`,
      admissionReviewVersions: ["v1", "v1beta1"],
      clientConfig: { service: { ...service, path: path("mutate") } },
    });
    expect(validating.webhooks[index]).toMatchObject({
      ...common,
      name: `v${kind}.kb.io`,
      admissionReviewVersions: kind === "policyserver" ? ["v1"] : ["v1", "v1beta1"],
      clientConfig: { service: { ...service, path: path("validate") } },
    });
  });

  it("name the authority and the port where they are given", () => {
    const [{ webhooks }] = controllerWebhookConfigurations({ ...options, caBundle: "Q0E=", port: 9443 });
    expect(webhooks[0]?.clientConfig).toMatchObject({ caBundle: "Q0E=", service: { port: 9443 } });
    expect(mutating.webhooks[0]?.clientConfig).not.toHaveProperty("caBundle");
  });
});
