import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const onPort = (...ports: (number | null)[]): Container => ({
  name: "a",
  ports: ports.map((hostPort) => ({ containerPort: 80, hostPort })),
});
const messages = {
  hostIPC: "Pod has IPC enabled, but this is not allowed",
  hostNetwork: "Pod has host network enabled, but this is not allowed",
  hostPID: "Pod has host PID enabled, but this is not allowed",
  initPorts: "Pod is using unallowed host ports in init containers",
  ports: "Pod is using unallowed host ports in containers",
} as const;
const namespaces = [
  ["hostIPC", "allow_host_ipc"],
  ["hostNetwork", "allow_host_network"],
  ["hostPID", "allow_host_pid"],
] as const;
const ranges = {
  allow_host_ports: [
    { min: 80, max: 80 },
    { min: 8000, max: 9000 },
  ],
};

describe.each(bothWays("host-namespaces-psp", policy))("host-namespaces-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it.each(namespaces)("policies-and-sdk 27: %s is rejected unless %s", async (field, setting) => {
      const object = workload(kind, { containers: [{ name: "a" }], [field]: true });
      expect(await runner.run({ object })).toEqual({ accepted: false, message: messages[field] });
      expect(await runner.run({ object, settings: { [setting]: true } })).toEqual({ accepted: true });
    });

    it.each([
      ["containers", messages.ports],
      ["initContainers", messages.initPorts],
    ] as const)("policies-and-sdk 27: a host port of %s is rejected", async (list, message) => {
      const object = workload(kind, { containers: [{ name: "a" }], [list]: [onPort(null), onPort(81)] });
      expect(await runner.run({ object, settings: ranges })).toEqual({ accepted: false, message });
    });

    it.each([
      ["nothing of it", { containers: [{ name: "a" }], initContainers: null }],
      ["all of it off", { hostIPC: false, hostNetwork: null, hostPID: false, containers: [onPort(null)] }],
      ["no spec", undefined],
    ])("policies-and-sdk 18: %s is accepted", async (_row, spec) => {
      expect(await runner.run({ object: workload(kind, spec) })).toEqual({ accepted: true });
    });
  });

  it("policies-and-sdk 27: the five are answered in their order, one at a time", async () => {
    const spec = { containers: [onPort(1)], initContainers: [onPort(1)], hostPID: true };
    const object = pod({ ...spec, hostNetwork: true, hostIPC: true });
    const settings: Record<string, unknown> = {};
    for (const [field, setting] of namespaces) {
      expect(await runner.run({ object, settings })).toEqual({ accepted: false, message: messages[field] });
      settings[setting] = true;
    }
    expect(await runner.run({ object, settings })).toEqual({ accepted: false, message: messages.initPorts });
    const withoutInit = pod({ ...spec, initContainers: [] });
    expect(await runner.run({ object: withoutInit, settings })).toEqual({
      accepted: false,
      message: messages.ports,
    });
  });

  it.each([
    [79, false],
    [80, true],
    [81, false],
    [7999, false],
    [8000, true],
    [9000, true],
    [9001, false],
    [0, false],
    [-1, false],
    [2_147_483_648, false],
  ])("policies-and-sdk 27: host port %d is within a range: %s", async (port, accepted) => {
    const outcome = await runner.run({ object: pod({ containers: [onPort(port)] }), settings: ranges });
    expect(outcome).toEqual(accepted ? { accepted } : { accepted, message: messages.ports });
  });

  it("policies-and-sdk 27: each port of a container has to be allowed", async () => {
    const object = pod({ containers: [onPort(80, 8000), onPort(8500, 9001)] });
    expect(await runner.run({ object, settings: ranges })).toEqual({
      accepted: false,
      message: messages.ports,
    });
  });

  it.each<[string, KubernetesObject | null]>([
    ["another kind", { apiVersion: "v1", kind: "ConfigMap", spec: { hostNetwork: true } }],
    ["policies-and-sdk 20: DELETE, which has no object", null],
  ])("accepts %s", async (_row, object) => {
    const oldObject = object === null ? pod({ hostIPC: true }) : null;
    expect(await runner.run({ object, oldObject })).toEqual({ accepted: true });
  });

  it.each<[string, Record<string, unknown>]>([
    ["hostIPC: expected boolean, got string", { hostIPC: "yes" }],
    ["hostNetwork: expected boolean, got string", { hostNetwork: "yes" }],
    ["hostPID: expected boolean, got number", { hostPID: 1 }],
    ["containers: expected array, got object", { containers: {} }],
    ["initContainers[0]: expected object, got null", { initContainers: [null] }],
    ["containers[0].ports: expected array, got string", { containers: [{ ports: "80" }] }],
    [
      "containers[0].ports[0].hostPort: expected integer, got string",
      { containers: [{ ports: [{ hostPort: "80" }] }] },
    ],
  ])("rejects what cannot be read: %s", async (message, spec) => {
    const settings = { allow_host_ipc: true, allow_host_network: true, allow_host_pid: true };
    const outcome = await runner.run({ object: { ...pod({}), spec }, settings });
    expect(outcome).toEqual({ accepted: false, code: 400, message });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
    const object = pod({ hostPID: true });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject })).toEqual({ accepted: false, message: messages.hostPID });
  });

  it.each([
    [null, { valid: true }],
    [{ ...ranges, allow_host_ipc: true, other: 1 }, { valid: true }],
    [
      {
        allow_host_ports: [
          { min: 1, max: 2 },
          { min: 443, max: 80 },
          { min: 9, max: 8 },
        ],
      },
      { valid: false, message: "port min 443 cannot be greater than max 80" },
    ],
    [
      { allow_host_ports: [{ min: 80 }] },
      { valid: false, message: "allow_host_ports.0.max: expected a value, got nothing" },
    ],
    [
      { allow_host_ports: null, allow_host_pid: "yes" },
      {
        valid: false,
        message: "allow_host_pid: expected boolean, got string; allow_host_ports: expected array, got null",
      },
    ],
    [
      { allow_host_ports: [{ min: 0, max: 4_294_967_296 }] },
      { valid: false, message: "allow_host_ports.0.max: expected <=2147483647, got 4294967296" },
    ],
  ])("policies-and-sdk 9, 27: settings %j", async (settings, expected) => {
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it.each(namespaces)("policies-and-sdk 27: passes over no %s", (field) => {
  const violations = [{ path: ["spec", field], isHarmless: (value: unknown) => value === false }];
  expectNothingPassedOver(policy, { object: pod({ [field]: true }), violations });
});

it.each(["containers", "initContainers"])("policies-and-sdk 27: passes over no host port of %s", (list) => {
  const path = ["spec", list, 0, "ports", 1, "hostPort"];
  const object = pod({ [list]: [onPort(80, 9001)] });
  expectNothingPassedOver(policy, {
    object,
    settings: ranges,
    violations: [{ path, isHarmless: () => false }],
  });
});
