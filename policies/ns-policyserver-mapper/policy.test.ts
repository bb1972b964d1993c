import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { admissionRequest, fakeHost, run } from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const label = "admission.kubewarden.io/policy-server";
const guard = (spec: unknown, kind = "AdmissionPolicy"): KubernetesObject => ({
  apiVersion: "policies.kubewarden.io/v1",
  kind,
  metadata: { name: "guard", namespace: "team-a" },
  spec,
});
const cluster = (labels: unknown = { [label]: "tenant" }) =>
  fakeHost({ "kubernetes/get_resource": () => ({ metadata: { labels } }) });
const spec = { module: "registry://registry.test/p:1", rules: [], futureField: 1 };
const noMap = "object has no 'spec' field or it is not a map";

describe.each(bothWays("ns-policyserver-mapper", policy))("ns-policyserver-mapper %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, unknown]>([
    ["without server", {}],
    ["with another server", { policyServer: "default" }],
    ["with a server that is null", { policyServer: null }],
    ["with a server that is a number", { policyServer: 1 }],
  ])("policies-and-sdk 42: changes a policy %s, and nothing else", async (_row, server) => {
    for (const kind of ["AdmissionPolicy", "AdmissionPolicyGroup"]) {
      const host = cluster();
      const object = guard({ ...spec, ...Object(server) }, kind);
      const outcome = await runner.run({ object, host });
      const mutatedObject = guard({ ...spec, policyServer: "tenant" }, kind);
      expect(outcome).toEqual({ accepted: true, mutatedObject });
      const payload = { api_version: "v1", kind: "Namespace", name: "team-a", disable_cache: false };
      expect(host.calls).toEqual([{ capability: "kubernetes/get_resource", payload }]);
    }
  });

  it("asks for the namespace of the object where the request names none", async () => {
    const host = cluster();
    const object = guard({ policyServer: "tenant" });
    const { namespace: _, ...request } = admissionRequest({ object });
    expect(await runner.run({ raw: request, host })).toEqual({ accepted: true });
    expect(host.calls).toMatchObject([{ payload: { name: "team-a" } }]);
  });

  it("leaves a policy with the server alone", async () => {
    const object = guard({ ...spec, policyServer: "tenant" });
    expect(await runner.run({ object, host: cluster() })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: changes an UPDATE that only removes a finalizer", async () => {
    const object = guard({ policyServer: "default" });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, host: cluster() });
    expect(outcome).toEqual({ accepted: true, mutatedObject: guard({ policyServer: "tenant" }) });
  });

  it.each([null, {}, { other: "x" }, { [label]: null }])(
    "rejects a policy of a namespace with labels %j",
    async (labels) => {
      expect(await runner.run({ object: guard(spec), host: cluster(labels) })).toEqual({
        accepted: false,
        message: `Namespace 'team-a' has no '${label}' label; cannot determine the PolicyServer for the policy`,
      });
    },
  );

  it.each([
    ["absent", "Cannot find v1/Namespace named 'team-a' inside of namespace 'None'"],
    ["denied", "access denied"],
  ])("policies-and-sdk 42: fails when the namespace is %s", async (_row, text) => {
    const host = fakeHost({
      "kubernetes/get_resource": () => {
        throw new Error(text);
      },
    });
    const message = `error invoking host capability kubernetes.get_resource: Host error: ${text}`;
    await expect(runner.run({ object: guard(spec), host })).rejects.toThrow(message);
  });

  it.each<[string, KubernetesObject | null, string, unknown?]>([
    ["a policy without spec", guard(undefined), noMap],
    ["a spec that is null", guard(null), noMap],
    ["a spec that is a text", guard("x"), noMap],
    ["a spec that is a list", guard([]), noMap],
    ["policies-and-sdk 20: a DELETE", null, noMap],
    ["labels that are a list", guard(spec), "metadata.labels: expected object, got array", ["x"]],
    [
      "a label that is a number",
      guard(spec),
      `metadata.labels.${label}: expected string, got number`,
      { [label]: 1 },
    ],
  ])("fails on %s", async (_row, object, message, labels) => {
    const options = { object, namespace: "team-a", host: cluster(labels) };
    await expect(runner.run(options)).rejects.toThrow(message);
  });

  it.each([{}, null, { x: 1 }])("policies-and-sdk 9: takes settings %j", async (settings) => {
    expect(await runner.validateSettings(settings)).toEqual({ valid: true });
  });
});

it("no policy is taken with another server", () => {
  const odd = fc.constantFrom<unknown>(null, "x", 1, true, [], {}, ["x"]);
  const specs = fc.oneof(odd, fc.record({ policyServer: odd, rules: odd }, { requiredKeys: [] }));
  fc.assert(
    fc.property(specs, odd, (own, metadata) => {
      const object = { ...guard(own), metadata };
      const raw = { ...admissionRequest({ object: guard({}) }), object };
      try {
        const { mutatedObject } = run(policy, { raw, host: cluster() });
        expect(mutatedObject).toMatchObject({ metadata, spec: { policyServer: "tenant" } });
      } catch (error) {
        expect(String(error)).toBe(`GuestError: ${noMap}`);
      }
    }),
  );
});
