import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const mounting = (procMount: string | null = null): Container => ({
  name: "a",
  securityContext: { procMount },
});
const message = "Pod has at least one container with Unmasked procMount";
const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

describe.each(bothWays("allowed-proc-mount-types-psp", policy))(
  "allowed-proc-mount-types-psp %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
      it.each(lists)("policies-and-sdk 34: an unmasked one among %s is rejected", async (list) => {
        const object = workload(kind, {
          containers: [{ name: "b" }],
          [list]: [mounting(), mounting("Unmasked")],
        });
        expect(await runner.run({ object })).toEqual({ accepted: false, message });
        const settings = { allow_unmasked_proc_mount_type: true };
        expect(await runner.run({ object, settings })).toEqual({ accepted: true });
      });

      it("policies-and-sdk 18: a missing pod spec is accepted", async () => {
        expect(await runner.run({ object: workload(kind) })).toEqual({ accepted: true });
      });
    });

    it.each(["Default", "unmasked", "", null])("policies-and-sdk 34: %s is accepted", async (value) => {
      const object = pod({ containers: [mounting(value)] });
      expect(await runner.run({ object })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
      const oldObject = pod({ containers: [mounting()] });
      const object = pod({ containers: [mounting()], ephemeralContainers: [mounting("Unmasked")] });
      const outcome = await runner.run({ object, oldObject, subResource: "ephemeralcontainers" });
      expect(outcome).toEqual({ accepted: false, message });
    });

    it.each<[string, KubernetesObject | null]>([
      ["another kind", { apiVersion: "v1", kind: "Widget", spec: { containers: [mounting("Unmasked")] } }],
      ["policies-and-sdk 20: DELETE, which has no object", null],
    ])("accepts %s", async (_row, object) => {
      const oldObject = object === null ? pod({ containers: [mounting("Unmasked")] }) : null;
      expect(await runner.run({ object, oldObject })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
      const object = pod({ containers: [mounting("Unmasked")] });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject })).toEqual({ accepted: false, message });
    });

    it.each<[string, unknown]>([
      ["containers: expected array, got object", { containers: {} }],
      ["ephemeralContainers[0]: expected object, got null", { ephemeralContainers: [null] }],
      [
        "containers[0].securityContext: expected object, got string",
        { containers: [{ securityContext: "Unmasked" }] },
      ],
      [
        "containers[0].securityContext.procMount: expected string, got array",
        { containers: [{ securityContext: { procMount: ["Unmasked"] } }] },
      ],
    ])("rejects what cannot be read: %s", async (problem, spec) => {
      const outcome = await runner.run({ object: { ...pod({}), spec } });
      expect(outcome).toEqual({ accepted: false, code: 400, message: problem });
    });

    it.each([
      [null, { valid: true }],
      [{ allow_unmasked_proc_mount_type: true, other: 1 }, { valid: true }],
      [
        { allow_unmasked_proc_mount_type: "true" },
        { valid: false, message: "allow_unmasked_proc_mount_type: expected boolean, got string" },
      ],
    ])("policies-and-sdk 9: settings %j", async (settings, expected) => {
      expect(await runner.validateSettings(settings)).toEqual(expected);
    });
  },
);

it.each(lists)("policies-and-sdk 34: passes over no unmasked one among %s", (list) => {
  const path = ["spec", list, 0, "securityContext", "procMount"];
  expectNothingPassedOver(policy, {
    object: pod({ containers: [{ name: "b" }], [list]: [mounting("Unmasked")] }),
    violations: [{ path, isHarmless: (value) => typeof value === "string" && value !== "Unmasked" }],
  });
});
