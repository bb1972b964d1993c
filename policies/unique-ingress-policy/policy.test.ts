import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { fakeHost } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const ingress = (name: string, namespace: string, ...hosts: (string | undefined)[]) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name, namespace },
  spec: { rules: hosts.map((host) => (host === undefined ? {} : { host })) },
});
const cluster = (...items: unknown[]) =>
  fakeHost({ "kubernetes/list_resources_all": () => ({ kind: "IngressList", items }) });
const existing = [ingress("old", "team-a", "a.test", "b.test"), ingress("other", "team-z", "c.test")];
const conflict = (host: string) => `ingress host conflicts with an existing ingress <${host}>`;

describe.each(bothWays("unique-ingress-policy", policy))("unique-ingress-policy %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, KubernetesObject, string | undefined]>([
    ["a host of its own", ingress("new", "team-a", "x.test"), undefined],
    ["a taken host", ingress("new", "team-a", "x.test", "b.test"), conflict("b.test")],
    ["a host taken in another namespace", ingress("new", "team-a", "c.test"), conflict("c.test")],
    ["other letters", ingress("new", "team-a", "A.test"), undefined],
    ["its own host", ingress("old", "team-a", "a.test"), undefined],
    ["its name in another namespace", ingress("old", "team-z", "a.test"), conflict("a.test")],
    [
      "policies-and-sdk 22: several, sorted, each once",
      ingress("new", "team-a", "c.test", "a.test", "c.test"),
      `${conflict("a.test")}, ${conflict("c.test")}`,
    ],
  ])("policies-and-sdk 39: %s", async (_row, object, message) => {
    const host = cluster(...existing);
    const expected = message === undefined ? { accepted: true } : { accepted: false, message };
    expect(await runner.run({ object, host })).toEqual(expected);
    const payload = { api_version: "networking.k8s.io/v1", kind: "Ingress" };
    expect(host.calls).toEqual([{ capability: "kubernetes/list_resources_all", payload }]);
  });

  it("policies-and-sdk 39: an UPDATE is not compared with the ingress itself", async () => {
    const [oldObject] = existing;
    const own = ingress("old", "team-a", "a.test");
    expect(await runner.run({ object: own, oldObject: oldObject!, host: cluster(...existing) })).toEqual({
      accepted: true,
    });
    const taken = ingress("old", "team-a", "c.test");
    const outcome = await runner.run({ object: taken, oldObject: oldObject!, host: cluster(...existing) });
    expect(outcome.message).toBe(conflict("c.test"));
  });

  it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer, where there is a conflict", async () => {
    const object = ingress("second", "team-a", "a.test");
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect((await runner.run({ object, oldObject, host: cluster(...existing, oldObject) })).accepted).toBe(
      false,
    );
  });

  it.each<[string, object]>([
    ["rules without host", { object: ingress("new", "team-a", undefined, "") }],
    ["no spec", { object: { ...ingress("new", "team-a"), spec: null } }],
    [
      "another kind",
      { object: { apiVersion: "v1", kind: "Service", spec: { rules: [{ host: "a.test" }] } } },
    ],
    ["policies-and-sdk 20: a DELETE", { object: null, oldObject: ingress("old", "team-a", "a.test") }],
  ])("takes %s without asking", async (_row, options) => {
    expect(await runner.run(options)).toEqual({ accepted: true });
  });

  it("policies-and-sdk 7: says what the host says", async () => {
    const host = fakeHost({
      "kubernetes/list_resources_all": () => {
        throw new Error("Callback evaluation failure: cluster is away");
      },
    });
    expect(await runner.run({ object: ingress("new", "team-a", "a.test"), host })).toEqual({
      accepted: false,
      code: 500,
      message: "cannot perform a request via callback channel: cluster is away",
    });
  });

  it.each<[unknown, string]>([
    ["x", "spec: expected object, got string"],
    [{ rules: {} }, "spec.rules: expected array, got object"],
    [{ rules: [null] }, "spec.rules[0]: expected object, got null"],
    [{ rules: [{ host: ["a.test"] }] }, "spec.rules[0].host: expected string, got array"],
  ])("cannot read the spec %j", async (spec, message) => {
    const object = { ...ingress("new", "team-a"), spec };
    expect(await runner.run({ object, host: cluster() })).toEqual({ accepted: false, code: 400, message });
  });

  it.each([null, {}, { x: 1 }])("takes the settings %j", async (settings) => {
    expect(await runner.validateSettings(settings)).toEqual({ valid: true });
  });
});

it("nothing that decides is passed over", () => {
  expectNothingPassedOver(policy, {
    object: ingress("new", "team-a", "a.test"),
    host: cluster(...existing),
    violations: [
      {
        path: ["spec", "rules", 0, "host"],
        isHarmless: (value) => typeof value === "string" && value !== "a.test",
      },
    ],
  });
});
