import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const message = "pod cannot share host PID namespace";
const sharing = { containers: [{ name: "a" }], shareProcessNamespace: true };

describe.each(bothWays("share-pid-namespace-policy", policy))(
  "share-pid-namespace-policy %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
      it("a shared namespace is rejected", async () => {
        expect(await runner.run({ object: workload(kind, sharing) })).toEqual({ accepted: false, message });
      });

      it.each([
        ["false", { ...sharing, shareProcessNamespace: false }],
        ["null", { ...sharing, shareProcessNamespace: null }],
        ["another namespace", { containers: [{ name: "a" }], hostPID: true }],
        ["no spec", undefined],
      ])("policies-and-sdk 18: %s is accepted", async (_row, spec) => {
        expect(await runner.run({ object: workload(kind, spec) })).toEqual({ accepted: true });
      });
    });

    it.each<[string, KubernetesObject | null]>([
      ["another kind", { apiVersion: "v1", kind: "ConfigMap" }],
      ["policies-and-sdk 20: DELETE, which has no object", null],
      ["a field that is no boolean", { ...pod({}), spec: { shareProcessNamespace: "true" } }],
      ["containers that are no list", { ...pod({}), spec: { containers: "none" } }],
      ["a spec that is no object", { ...pod({}), spec: 5 }],
    ])("cannot parse %s", async (_row, object) => {
      const oldObject = object === null ? pod({}) : null;
      expect(await runner.run({ object, oldObject })).toEqual({
        accepted: false,
        message: "cannot parse validation request",
      });
    });

    it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
      const object = pod(sharing);
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject })).toEqual({ accepted: false, message });
    });

    it.each([null, {}, { anything: 1 }])("settings %j are taken", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("passes over no shared namespace", () => {
  const path = ["spec", "shareProcessNamespace"];
  expectNothingPassedOver(policy, {
    object: pod(sharing),
    violations: [{ path, isHarmless: (value) => value === false }],
  });
});
