import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const saying = (readOnlyRootFilesystem: boolean | null): Container => ({
  name: "a",
  securityContext: { readOnlyRootFilesystem },
});
const messages = {
  initContainers: "One of the init containers does not have readOnlyRootFilesystem enabled",
  containers: "One of the containers does not have readOnlyRootFilesystem enabled",
} as const;

describe.each(bothWays("readonly-root-filesystem-psp", policy))(
  "readonly-root-filesystem-psp %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
      it.each(["initContainers", "containers"] as const)(
        "policies-and-sdk 34: a writable one among %s is rejected",
        async (list) => {
          const object = workload(kind, {
            containers: [saying(true)],
            [list]: [saying(true), saying(false)],
          });
          expect(await runner.run({ object })).toEqual({ accepted: false, message: messages[list] });
        },
      );

      it.each([
        ["none writable", { containers: [saying(true)], initContainers: [saying(true)] }],
        ["no containers", { containers: null }],
        ["no spec", undefined],
      ])("policies-and-sdk 34: %s is accepted", async (_row, spec) => {
        expect(await runner.run({ object: workload(kind, spec) })).toEqual({ accepted: true });
      });
    });

    it.each<[string, Container]>([
      ["no securityContext", { name: "a" }],
      ["a securityContext that is null", { name: "a", securityContext: null }],
      ["an empty securityContext", { name: "a", securityContext: {} }],
      ["a field that is null", saying(null)],
    ])("policies-and-sdk 34: %s counts as writable", async (_row, container) => {
      const object = pod({ containers: [container], securityContext: { readOnlyRootFilesystem: true } });
      expect(await runner.run({ object })).toEqual({ accepted: false, message: messages.containers });
    });

    it("policies-and-sdk 34: both messages are joined, init containers first", async () => {
      const object = pod({ containers: [{ name: "a" }], initContainers: [{ name: "i" }] });
      expect(await runner.run({ object })).toEqual({
        accepted: false,
        message: `${messages.initContainers}, ${messages.containers}`,
      });
    });

    it.each<[string, KubernetesObject | null]>([
      ["ephemeral containers", pod({ containers: [saying(true)], ephemeralContainers: [{ name: "e" }] })],
      ["another kind", { apiVersion: "v1", kind: "Widget", spec: { containers: [{ name: "a" }] } }],
      ["policies-and-sdk 20: DELETE, which has no object", null],
    ])("accepts %s", async (_row, object) => {
      const oldObject = object === null ? pod({ containers: [{ name: "a" }] }) : null;
      expect(await runner.run({ object, oldObject })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
      const object = pod({ containers: [{ name: "a" }] });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject })).toEqual({
        accepted: false,
        message: messages.containers,
      });
    });

    it.each<[string, unknown]>([
      ["containers: expected array, got object", { containers: {} }],
      ["initContainers[0]: expected object, got string", { initContainers: ["i"] }],
      [
        "containers[0].securityContext.readOnlyRootFilesystem: expected boolean, got string",
        { containers: [{ securityContext: { readOnlyRootFilesystem: "true" } }] },
      ],
    ])("rejects what cannot be read: %s", async (message, spec) => {
      const outcome = await runner.run({ object: { ...pod({}), spec } });
      expect(outcome).toEqual({ accepted: false, code: 400, message });
    });

    it.each([null, {}, { anything: 1 }])("settings %j are taken", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("policies-and-sdk 34: passes over no writable container", () => {
  const object = pod({ containers: [saying(true), { name: "b" }] });
  // The second container has nothing that could be made harmless but the field it lacks.
  const violations = [{ path: ["spec", "containers", 1], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object, violations });
});
