import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const volume = (driver?: string) => ({ name: "v", flexVolume: { driver, fsType: "ext4" } });
const message = "Pod has at least one invalid flex volume driver";
const settings = { allowedFlexVolumes: [{ driver: "example.test/lvm" }, { driver: "example.test/cifs" }] };

describe.each(bothWays("flexvolume-drivers-psp", policy))("flexvolume-drivers-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it("policies-and-sdk 34: allowed drivers are accepted, and without settings none is", async () => {
      const volumes = [volume("example.test/lvm"), volume("example.test/cifs")];
      const object = workload(kind, { volumes });
      expect(await runner.run({ object, settings })).toEqual({ accepted: true });
      expect(await runner.run({ object })).toEqual({ accepted: false, message });
    });

    it("policies-and-sdk 34: one other driver is rejected", async () => {
      const volumes = [volume("example.test/lvm"), volume("example.test/evil")];
      expect(await runner.run({ object: workload(kind, { volumes }), settings })).toEqual({
        accepted: false,
        message,
      });
    });

    it("policies-and-sdk 18: a missing pod spec is accepted", async () => {
      expect(await runner.run({ object: workload(kind) })).toEqual({ accepted: true });
    });
  });

  it.each(["Example.test/lvm", "example.test/lv", "", undefined])(
    "policies-and-sdk 34: the driver %s is another one",
    async (driver) => {
      const object = pod({ volumes: [volume(driver)] });
      expect(await runner.run({ object, settings })).toEqual({ accepted: false, message });
    },
  );

  it.each<[string, KubernetesObject | null]>([
    [
      "volumes of other types",
      pod({
        volumes: [
          { name: "a", csi: { driver: "x" } },
          { name: "b", flexVolume: null },
        ],
      }),
    ],
    ["another kind", { apiVersion: "v1", kind: "Widget", spec: { volumes: [volume("x")] } }],
    ["policies-and-sdk 20: DELETE, which has no object", null],
  ])("accepts %s", async (_row, object) => {
    const oldObject = object === null ? pod({ volumes: [volume("x")] }) : null;
    expect(await runner.run({ object, oldObject })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
    const object = pod({ volumes: [volume("x")] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject })).toEqual({ accepted: false, message });
  });

  it.each<[string, unknown]>([
    ["volumes: expected array, got object", { volumes: {} }],
    ["volumes[0]: expected object, got null", { volumes: [null] }],
    ["volumes[0].flexVolume: expected object, got string", { volumes: [{ flexVolume: "x" }] }],
    [
      "volumes[0].flexVolume.driver: expected string, got number",
      { volumes: [{ flexVolume: { driver: 4 } }] },
    ],
  ])("rejects what cannot be read: %s", async (problem, spec) => {
    const outcome = await runner.run({ object: { ...pod({}), spec }, settings });
    expect(outcome).toEqual({ accepted: false, code: 400, message: problem });
  });

  it.each([
    [null, { valid: true }],
    [{ ...settings, other: 1 }, { valid: true }],
    [
      { allowedFlexVolumes: ["example.test/lvm"] },
      { valid: false, message: "allowedFlexVolumes.0: expected object, got string" },
    ],
    [
      { allowedFlexVolumes: [{}] },
      { valid: false, message: "allowedFlexVolumes.0.driver: expected a value, got nothing" },
    ],
    [{ allowedFlexVolumes: null }, { valid: false, message: "allowedFlexVolumes: expected array, got null" }],
  ])("policies-and-sdk 9: settings %j", async (value, expected) => {
    expect(await runner.validateSettings(value)).toEqual(expected);
  });
});

it("policies-and-sdk 34: passes over no driver", () => {
  expectNothingPassedOver(policy, {
    object: pod({ volumes: [{ name: "a", emptyDir: {} }, volume("example.test/evil")] }),
    settings,
    violations: [{ path: ["spec", "volumes", 1, "flexVolume"], isHarmless: () => false }],
  });
});
