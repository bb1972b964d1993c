import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const service = (spec?: unknown) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "front", namespace: "team-a" },
  ...(spec === undefined ? {} : { spec }),
});
const refused = { accepted: false, message: "Service of type LoadBalancer are not allowed" };

describe.each(bothWays("disallow-service-loadbalancer", policy))(
  "disallow-service-loadbalancer %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[string, unknown]>([
      ["another type", { type: "ClusterIP" }],
      ["the type in other letters", { type: "loadbalancer" }],
      ["no type", { ports: [{ port: 80, nodePort: 30_000 }] }],
      ["a type that is null", { type: null }],
      ["no spec", undefined],
      ["a spec that is null", null],
    ])("policies-and-sdk 39: takes %s", async (_row, spec) => {
      expect(await runner.run({ object: service(spec) })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 39: refuses the type", async () => {
      expect(await runner.run({ object: service({ type: "LoadBalancer" }) })).toEqual(refused);
    });

    it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer", async () => {
      const object = service({ type: "LoadBalancer" });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject })).toEqual(refused);
    });

    it("policies-and-sdk 20: takes a DELETE, which has no object", async () => {
      const oldObject = service({ type: "LoadBalancer" });
      expect(await runner.run({ object: null, oldObject })).toEqual({ accepted: true });
    });

    it.each<[unknown, string]>([
      [{ type: 5 }, "spec.type: expected string, got number"],
      [{ type: ["LoadBalancer"] }, "spec.type: expected string, got array"],
      ["LoadBalancer", "spec: expected object, got string"],
      [[{ type: "LoadBalancer" }], "spec: expected object, got array"],
    ])("refuses the spec %j, which it cannot read", async (spec, message) => {
      expect(await runner.run({ object: service(spec) })).toEqual({ accepted: false, code: 400, message });
    });

    it.each([null, {}, { anything: [1] }])("takes the settings %j", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("nothing that decides is passed over", () => {
  expectNothingPassedOver(policy, {
    object: service({ type: "LoadBalancer", ports: [{ port: 80 }] }),
    violations: [
      {
        path: ["spec", "type"],
        isHarmless: (value) => typeof value === "string" && value !== "LoadBalancer",
      },
    ],
  });
});
