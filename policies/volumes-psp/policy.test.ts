import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const ofType = (type: string, name = "v") => ({ name, [type]: {} });
const mounting = (name: string): Container => ({ name: "c", volumeMounts: [{ name, mountPath: "/m" }] });
const notAllowed = (type: string, name = "v") =>
  `volume '${name}' of type '${type}' is not in the AllowedTypes list`;
const settings = { allowedTypes: ["configMap", "emptyDir"] };

describe.each(bothWays("volumes-psp", policy))("volumes-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it("policies-and-sdk 34: allowed types are accepted, each other one is named", async () => {
      const volumes = [ofType("configMap", "a"), ofType("emptyDir", "b")];
      expect(await runner.run({ object: workload(kind, { volumes }), settings })).toEqual({ accepted: true });
      const others = [...volumes, ofType("hostPath", "c"), ofType("csi", "d")];
      expect(await runner.run({ object: workload(kind, { volumes: others }), settings })).toEqual({
        accepted: false,
        message: `${notAllowed("hostPath", "c")}; ${notAllowed("csi", "d")}`,
      });
    });

    it("policies-and-sdk 18: a missing pod spec is accepted", async () => {
      expect(await runner.run({ object: workload(kind), settings })).toEqual({ accepted: true });
    });
  });

  it.each([{}, { allowedTypes: [] }, { allowedTypes: null }])(
    "policies-and-sdk 34: settings %j allow nothing at all",
    async (empty) => {
      for (const object of [pod({}), pod({ volumes: [ofType("emptyDir")] }), { kind: "Service" }]) {
        expect(await runner.run({ object, settings: empty })).toEqual({
          accepted: false,
          message: "No volume type is allowed",
        });
      }
    },
  );

  it.each([[["*"]], [["*", "*"]]])("policies-and-sdk 34: %j allows every type", async (allowedTypes) => {
    const object = pod({ volumes: [ofType("hostPath"), ofType("future")] });
    expect(await runner.run({ object, settings: { allowedTypes } })).toEqual({ accepted: true });
  });

  it.each([
    ["without type", { name: "v" }, notAllowed("")],
    ["of a type in other case", ofType("ConfigMap"), notAllowed("ConfigMap")],
    ["without name", { hostPath: {} }, notAllowed("hostPath", "")],
    ["of two types, the second allowed", { name: "v", hostPath: {}, configMap: {} }, notAllowed("hostPath")],
    ["of two types, the first allowed", { configMap: {}, hostPath: {}, name: "v" }, notAllowed("hostPath")],
  ])("policies-and-sdk 34: a volume %s", async (_row, volume, message) => {
    const outcome = await runner.run({ object: pod({ volumes: [volume] }), settings });
    expect(outcome).toEqual({ accepted: false, message });
  });

  it.each<[string, object, boolean]>([
    ["init containers only", { initContainers: [mounting("v")] }, true],
    ["a container too", { initContainers: [mounting("v")], containers: [mounting("v")] }, false],
    [
      "an ephemeral container too",
      { initContainers: [mounting("v")], ephemeralContainers: [mounting("v")] },
      false,
    ],
    ["nobody", { containers: [mounting("w")] }, false],
  ])(
    "policies-and-sdk 34: of volumes of %s, those for init containers are ignored",
    async (_row, mounts, ignored) => {
      const object = pod({ ...mounts, volumes: [ofType("hostPath")] });
      const ignoring = { ...settings, ignoreInitContainersVolumes: true };
      const rejection = { accepted: false, message: notAllowed("hostPath") };
      expect(await runner.run({ object, settings: ignoring })).toEqual(
        ignored ? { accepted: true } : rejection,
      );
      expect(await runner.run({ object, settings })).toEqual(rejection);
    },
  );

  it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
    const oldObject = pod({ initContainers: [mounting("v")], volumes: [ofType("hostPath")] });
    const object = pod({ ...Object(oldObject["spec"]), ephemeralContainers: [mounting("v")] });
    const outcome = await runner.run({
      object,
      oldObject,
      subResource: "ephemeralcontainers",
      settings: { ...settings, ignoreInitContainersVolumes: true },
    });
    expect(outcome).toEqual({ accepted: false, message: notAllowed("hostPath") });
  });

  it("policies-and-sdk 34: objects of other kinds are read like pods", async () => {
    const object = { apiVersion: "a/v1", kind: "Widget", spec: { volumes: [ofType("nfs")] } };
    const rejection = { accepted: false, message: notAllowed("nfs") };
    expect(await runner.run({ object, settings })).toEqual(rejection);
    expect(await runner.run({ object: { kind: "ConfigMap", data: {} }, settings })).toEqual({
      accepted: true,
    });
  });

  it("policies-and-sdk 20: DELETE, which has no object, is accepted", async () => {
    const oldObject = pod({ volumes: [ofType("hostPath")] });
    expect(await runner.run({ object: null, oldObject, settings })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
    const object = pod({ volumes: [ofType("hostPath")] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, settings });
    expect(outcome).toEqual({ accepted: false, message: notAllowed("hostPath") });
  });

  it.each<[string, KubernetesObject]>([
    ["volumes: expected array, got object", { ...pod({}), spec: { volumes: { name: "a" } } }],
    ["volumes[0]: expected object, got string", { ...pod({}), spec: { volumes: ["a"] } }],
    ["volumes[0].name: expected string, got number", { ...pod({}), spec: { volumes: [{ name: 1 }] } }],
    ["spec.volumes: expected array, got string", { kind: "Widget", spec: { volumes: "x" } }],
  ])("rejects what cannot be read: %s", async (message, object) => {
    expect(await runner.run({ object, settings })).toEqual({ accepted: false, code: 400, message });
  });

  it.each([
    [null, { valid: true }],
    [{ allowedTypes: ["*"], ignoreInitContainersVolumes: true, other: 1 }, { valid: true }],
    [{ allowedTypes: ["*", "configMap"] }, { valid: false, message: "Provided settings are not valid" }],
    [{ allowedTypes: ["configMap", "*"] }, { valid: false, message: "Provided settings are not valid" }],
    [
      { allowedTypes: "configMap", ignoreInitContainersVolumes: "yes" },
      {
        valid: false,
        message:
          "allowedTypes: expected array, got string; ignoreInitContainersVolumes: expected boolean, got string",
      },
    ],
  ])("policies-and-sdk 9, 34: settings %j", async (value, expected) => {
    expect(await runner.validateSettings(value)).toEqual(expected);
  });
});

it("policies-and-sdk 34: passes over no volume", () => {
  const object = pod({ volumes: [ofType("configMap", "a"), ofType("hostPath", "b")] });
  const violations = [{ path: ["spec", "volumes", 1], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object, settings, violations });
});
