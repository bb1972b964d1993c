import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { fakeHost } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const service = (name: string, selector?: unknown) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "team-a" },
  spec: { ports: [{ port: 80 }], ...(selector === undefined ? {} : { selector }) },
});
const cluster = (...items: unknown[]) =>
  fakeHost({ "kubernetes/list_resources_by_namespace": () => ({ kind: "ServiceList", items }) });
const existing = [
  service("same-again", { app: "web" }),
  service("old", { app: "web" }),
  service("two", { app: "db", tier: "x" }),
  service("none"),
  service("empty", {}),
];
const conflict = (...names: string[]) =>
  `service is using selector(s) already defined by these services: [${names.map((name) => JSON.stringify(name)).join(", ")}]`;

describe.each(bothWays("unique-service-selector-policy", policy))(
  "unique-service-selector-policy %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[string, KubernetesObject, string | undefined]>([
      ["a selector of its own", service("new", { app: "zzz" }), undefined],
      ["a part of another", service("new", { app: "db" }), undefined],
      ["more than another", service("new", { app: "web", tier: "x" }), undefined],
      ["the same in another order", service("new", { tier: "x", app: "db" }), conflict("two")],
      [
        "policies-and-sdk 22: the same as several, sorted",
        service("new", { app: "web" }),
        conflict("old", "same-again"),
      ],
      ["a label named like a member of every object", service("new", { constructor: "web" }), undefined],
      ["policies-and-sdk 39: its own", service("two", { app: "db", tier: "x" }), undefined],
    ])("%s", async (_row, object, message) => {
      const host = cluster(...existing);
      const expected = message === undefined ? { accepted: true } : { accepted: false, message };
      expect(await runner.run({ object, host })).toEqual(expected);
      const payload = { api_version: "v1", kind: "Service", namespace: "team-a" };
      expect(host.calls).toEqual([{ capability: "kubernetes/list_resources_by_namespace", payload }]);
    });

    it("compares labels that every object has a member of", async () => {
      const host = cluster(service("old", { constructor: "web" }));
      const outcome = await runner.run({ object: service("new", { constructor: "web" }), host });
      expect(outcome.message).toBe(conflict("old"));
    });

    it("policies-and-sdk 39, 21: an UPDATE is not compared with the service itself, but with others", async () => {
      const oldObject = service("old", { app: "web" });
      const own = cluster(oldObject);
      expect(await runner.run({ object: oldObject, oldObject, host: own })).toEqual({ accepted: true });
      const host = cluster(...existing);
      expect(await runner.run({ object: oldObject, oldObject, host })).toEqual({
        accepted: false,
        message: conflict("same-again"),
      });
    });

    it.each<[string, object]>([
      ["no selector", { object: service("new") }],
      ["a selector that is null", { object: service("new", null) }],
      ["an empty selector", { object: service("new", {}) }],
      ["another kind", { object: { apiVersion: "v1", kind: "Pod", spec: { selector: { app: "web" } } } }],
      ["policies-and-sdk 20: a DELETE", { object: null, oldObject: service("old", { app: "web" }) }],
    ])("takes %s without asking", async (_row, options) => {
      expect(await runner.run(options)).toEqual({ accepted: true });
    });

    it("policies-and-sdk 7: rejects when the host does not answer", async () => {
      expect(await runner.run({ object: service("new", { app: "web" }) })).toEqual({
        accepted: false,
        message: "cannot list current services",
      });
    });

    it.each<[unknown, string]>([
      [["app"], "spec.selector: expected object, got array"],
      ["app=web", "spec.selector: expected object, got string"],
      [{ app: 5 }, "spec.selector.app: expected string, got number"],
    ])("cannot read the selector %j", async (selector, message) => {
      const outcome = await runner.run({ object: service("new", selector), host: cluster() });
      expect(outcome).toEqual({ accepted: false, code: 400, message });
    });

    it.each([null, {}, { x: 1 }])("takes the settings %j", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("nothing that decides is passed over", () => {
  expectNothingPassedOver(policy, {
    object: service("new", { app: "web" }),
    host: cluster(...existing),
    violations: [
      {
        path: ["spec", "selector", "app"],
        isHarmless: (value) => typeof value === "string" && value !== "web",
      },
    ],
  });
});
