import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const setting = (...names: string[]) => ({
  securityContext: { sysctls: names.map((name) => ({ name, value: "1" })) },
});
const notSafe = (name: string) =>
  `sysctl ${name} is not on safe list, nor is in the allowedUnsafeSysctls list`;
const forbidden = (name: string) => `sysctl ${name} is on the forbidden list`;

describe.each(bothWays("sysctl-psp", policy))("sysctl-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it("policies-and-sdk 34: safe sysctls are accepted, others and forbidden ones are not", async () => {
      const safe = workload(
        kind,
        setting(
          "kernel.shm_rmid_forced",
          "net.ipv4.ip_local_port_range",
          "net.ipv4.tcp_syncookies",
          "net.ipv4.ping_group_range",
        ),
      );
      expect(await runner.run({ object: safe })).toEqual({ accepted: true });
      expect(await runner.run({ object: safe, settings: { forbiddenSysctls: ["net.*"] } })).toEqual({
        accepted: false,
        message: forbidden("net.ipv4.ip_local_port_range"),
      });
      const unsafe = workload(kind, setting("kernel.msgmax"));
      expect(await runner.run({ object: unsafe })).toEqual({
        accepted: false,
        message: notSafe("kernel.msgmax"),
      });
    });

    it("policies-and-sdk 18: a missing pod spec is accepted", async () => {
      expect(await runner.run({ object: workload(kind) })).toEqual({ accepted: true });
    });
  });

  it.each<[string, object, string[], string | undefined]>([
    ["an allowed one", { allowedUnsafeSysctls: ["kernel.msgmax"] }, ["kernel.msgmax"], undefined],
    [
      "an allowed one that a pattern forbids",
      { allowedUnsafeSysctls: ["kernel.msgmax"], forbiddenSysctls: ["*"] },
      ["kernel.msgmax"],
      undefined,
    ],
    [
      "one in other case",
      { allowedUnsafeSysctls: ["kernel.msgmax"] },
      ["Kernel.msgmax"],
      notSafe("Kernel.msgmax"),
    ],
    ["one that is forbidden by name", { forbiddenSysctls: ["a.b"] }, ["a.b"], forbidden("a.b")],
    ["one that continues a forbidden name", { forbiddenSysctls: ["a.b"] }, ["a.bc"], notSafe("a.bc")],
    ["one a pattern forbids", { forbiddenSysctls: ["a.b*"] }, ["a.bc"], forbidden("a.bc")],
    ["one that is what a pattern begins with", { forbiddenSysctls: ["a.b*"] }, ["a.b"], forbidden("a.b")],
    ["several, of which the first bad one decides", {}, ["net.ipv4.tcp_syncookies", "z", "a"], notSafe("z")],
    ["one without name", {}, [""], notSafe("")],
    ["one spelled as a path", { forbiddenSysctls: ["net.*"] }, ["net/core/x"], notSafe("net/core/x")],
  ])("policies-and-sdk 34: %s", async (_row, settings, names, message) => {
    const outcome = await runner.run({ object: pod(setting(...names)), settings });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  it.each<[string, KubernetesObject | null]>([
    ["a list that is null", pod({ securityContext: { sysctls: null } })],
    ["no securityContext", pod({ containers: [] })],
    ["policies-and-sdk 20: DELETE, which has no object", null],
    ["another kind", { apiVersion: "v1", kind: "Service", spec: { type: "ClusterIP" } }],
  ])("policies-and-sdk 34: accepts %s", async (_row, object) => {
    const oldObject = object === null ? pod(setting("kernel.msgmax")) : null;
    expect(await runner.run({ object, oldObject })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 34: objects of other kinds are read like pods", async () => {
    const object = { apiVersion: "a/v1", kind: "Widget", spec: setting("kernel.msgmax") };
    expect(await runner.run({ object })).toEqual({ accepted: false, message: notSafe("kernel.msgmax") });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
    const object = pod(setting("kernel.msgmax"));
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject })).toEqual({
      accepted: false,
      message: notSafe("kernel.msgmax"),
    });
  });

  it.each<[string, unknown]>([
    ["securityContext: expected object, got string", { securityContext: "x" }],
    ["securityContext.sysctls: expected array, got object", { securityContext: { sysctls: { name: "a" } } }],
    ["securityContext.sysctls[0]: expected object, got string", { securityContext: { sysctls: ["a"] } }],
    [
      "securityContext.sysctls[0].name: expected string, got number",
      { securityContext: { sysctls: [{ name: 1 }] } },
    ],
  ])("rejects what cannot be read: %s", async (message, spec) => {
    const outcome = await runner.run({ object: { ...pod({}), spec } });
    expect(outcome).toEqual({ accepted: false, code: 400, message });
  });

  const invalid = (problem: string) => ({
    valid: false,
    message: `provided settings are not valid: ${problem}`,
  });
  it.each([
    [null, { valid: true }],
    [{ allowedUnsafeSysctls: null, forbiddenSysctls: null, other: 1 }, { valid: true }],
    [{ allowedUnsafeSysctls: ["a"], forbiddenSysctls: ["a*", "**", "b*c*"] }, { valid: true }],
    [
      { allowedUnsafeSysctls: ["kernel.*"] },
      invalid("allowedUnsafeSysctls doesn't accept patterns with `*`"),
    ],
    [
      { forbiddenSysctls: ["kernel.*.x"] },
      invalid("forbiddenSysctls only accepts patterns with `*` as suffix"),
    ],
    [
      { allowedUnsafeSysctls: ["a.b", "c.d", "e.f"], forbiddenSysctls: ["c.d", "a.b"] },
      invalid("these sysctls cannot be allowed and forbidden at the same time: c.d,a.b"),
    ],
    [
      { allowedUnsafeSysctls: "x", forbiddenSysctls: [1] },
      {
        valid: false,
        message:
          "allowedUnsafeSysctls: expected array, got string; forbiddenSysctls.0: expected string, got number",
      },
    ],
  ])("policies-and-sdk 9, 34: settings %j", async (settings, expected) => {
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it("policies-and-sdk 34: passes over no sysctl", () => {
  expectNothingPassedOver(policy, {
    object: pod(setting("net.ipv4.tcp_syncookies", "kernel.msgmax")),
    violations: [{ path: ["spec", "securityContext", "sysctls", 1], isHarmless: () => false }],
  });
});
