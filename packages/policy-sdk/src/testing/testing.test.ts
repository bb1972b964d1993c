import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { policy as deeds } from "../../fixtures/deeds.ts";
import { definePolicy } from "../guest/define-policy.ts";
import { accept, reject } from "../guest/verdict.ts";
import { admissionRequest, fakeHost, GuestError, run } from "./index.ts";

describe("fakeHost", () => {
  it("policies-and-sdk 15: refuses an unlisted call, naming the capability, and records it", () => {
    const host = fakeHost();
    expect(() => run(deeds, { raw: "look-up", host })).toThrow(
      new GuestError("fakeHost has no answer for net/v1/dns_lookup_host"),
    );
    expect(host.calls).toEqual([{ capability: "net/v1/dns_lookup_host", payload: "registry.test" }]);
  });

  it("has no answer for what every object inherits", () => {
    expect(() => fakeHost().call("kubewarden", "toString", "", "1")).toThrow("no answer");
    expect(() => fakeHost().call("other", "a", "b", "1")).toThrow("unknown binding: other");
  });

  it("leaves no host behind", () => {
    expect(() => run(deeds, { raw: "look-up", host: fakeHost() })).toThrow(GuestError);
    expect(globalThis.__kubewarden_host_call).toBeUndefined();
  });
});

describe("admissionRequest", () => {
  const kindOnly = (kind: string, apiVersion = "v1") => ({ apiVersion, kind });
  it.each([
    [kindOnly("Pod"), { group: "", version: "v1", resource: "pods" }],
    [kindOnly("Deployment", "apps/v1"), { group: "apps", version: "v1", resource: "deployments" }],
    [
      kindOnly("Ingress", "networking.k8s.io/v1"),
      { group: "networking.k8s.io", version: "v1", resource: "ingresses" },
    ],
    [kindOnly("NetworkPolicy", "a/v1"), { group: "a", version: "v1", resource: "networkpolicies" }],
    [kindOnly("Gateway", "b/v1beta1"), { group: "b", version: "v1beta1", resource: "gateways" }],
  ])("names the resource of %j", (object, resource) => {
    expect(admissionRequest({ object }).resource).toEqual(resource);
  });

  it.each([
    ["CREATE", { object: {} }],
    ["UPDATE", { object: {}, oldObject: {} }],
    ["DELETE", { oldObject: {} }],
    ["DELETE", { object: null, oldObject: {} }],
    ["CONNECT", { object: {}, operation: "CONNECT" }],
  ])("is a %s of %j", (operation, facts) => {
    expect(admissionRequest(facts).operation).toBe(operation);
  });
});

it("run gives a policy the request as a host sends it", () => {
  const policy = definePolicy({
    settings: v.object({ greeting: v.optional(v.string(), "hello") }),
    validate: ({ name, namespace, kind }, { greeting }) =>
      name === "web" ? reject(`${greeting} ${kind.kind} ${namespace}`) : accept(),
  });
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "team-a" } };
  expect(run(policy, { object })).toEqual({ accepted: false, message: "hello Pod team-a" });
  expect(run(policy, { object, name: "other" })).toEqual({ accepted: true });
});
