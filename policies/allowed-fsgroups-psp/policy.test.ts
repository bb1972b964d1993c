import { type KubernetesObject, type PodSpec, RawNumber, reject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const ranges = [
  { min: 1000, max: 2000 },
  { min: 5, max: 5 },
];
const must = { rule: "MustRunAs", ranges };
const may = { rule: "MayRunAs", ranges };
const any = { rule: "RunAsAny" };
const containers = [{ name: "c", securityContext: { runAsUser: 3 } }];
const withGroup = (fsGroup: unknown): PodSpec => ({ securityContext: { runAsUser: 7, fsGroup }, containers });
const outside = (id: string) => ({ accepted: false, message: `fsGroup ${id} is not included in any range` });

describe.each(bothWays("allowed-fsgroups-psp", policy))("allowed-fsgroups-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    [must, 1000, { accepted: true }],
    [must, 2000, { accepted: true }],
    [may, 5, { accepted: true }],
    [any, 1, { accepted: true }],
    [must, 999, outside("999")],
    [may, 2001, outside("2001")],
    [may, -1, outside("-1")],
    [may, new RawNumber("9007199254740993"), outside("9007199254740993")],
  ])("policies-and-sdk 34: %j with fsGroup %s", async (settings, fsGroup, expected) => {
    expect(await runner.run({ object: pod(withGroup(fsGroup)), settings })).toEqual(expected);
  });

  it.each([
    [may, null],
    [may, undefined],
    [any, null],
  ])("policies-and-sdk 34: %j leaves a missing fsGroup alone", async (settings, fsGroup) => {
    expect(await runner.run({ object: pod(withGroup(fsGroup)), settings })).toEqual({ accepted: true });
  });

  it.each(workloadKinds)(
    "policies-and-sdk 18, 34: sets a missing one in a %s, and keeps the rest of securityContext",
    async (kind) => {
      const run = (spec: PodSpec) => runner.run({ object: workload(kind, spec), settings: must });
      const mutated = { accepted: true, mutatedObject: workload(kind, withGroup(1000)) };
      expect(await run({ securityContext: { runAsUser: 7 }, containers })).toEqual(mutated);
      expect(await run(withGroup(null))).toEqual(mutated);
      expect(await run({ containers })).toEqual({
        accepted: true,
        mutatedObject: workload(kind, { containers, securityContext: { fsGroup: 1000 } }),
      });
      expect(await run(withGroup(1))).toEqual(outside("1"));
    },
  );

  it("policies-and-sdk 18: a workload without pod spec is accepted, a Pod without spec cannot be judged", async () => {
    expect(await runner.run({ object: workload("CronJob"), settings: must })).toEqual({ accepted: true });
    for (const settings of [must, any]) {
      await expect(runner.run({ object: workload("Pod"), settings })).rejects.toThrow("invalid pod spec");
    }
  });

  it.each<[string, KubernetesObject | null]>([
    ["another kind", { apiVersion: "v1", kind: "Service", spec: withGroup(1) }],
    ["policies-and-sdk 20: DELETE, which has no object,", null],
  ])("%s is accepted", async (_row, object) => {
    expect(await runner.run({ object, oldObject: pod(withGroup(1)), settings: must })).toEqual({
      accepted: true,
    });
  });

  it.each([
    [{ ...pod({}), spec: "x" }, "spec: expected an object"],
    [{ ...pod({}), spec: { securityContext: [] } }, "securityContext: expected object, got array"],
    [pod(withGroup("5")), "securityContext.fsGroup: expected integer, got string"],
    [pod(withGroup(5.5)), "securityContext.fsGroup: expected integer, got number"],
  ])("refuses what it cannot read: %j", async (object, message) => {
    expect(await runner.run({ object, settings: may })).toEqual({ accepted: false, code: 400, message });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected as a CREATE is", async () => {
    const object = pod(withGroup(1));
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings: may })).toEqual(outside("1"));
  });

  it.each([
    [must, undefined],
    [any, undefined],
    [{ rule: "MayRunAs", ranges: [{}], other: 1 }, undefined],
    [{ rule: "MustRunAs", ranges: [] }, "MustRunAs must contain at least one range"],
    [{ rule: "MayRunAs", ranges: [] }, "MayRunAs must contain at least one range"],
    [{ rule: "MayRunAs", ranges: [{ min: 1, max: 2 }, { min: 2 }] }, "all ranges must be valid"],
    [{ rule: "MustRunAs" }, "ranges: expected a value, got nothing"],
    [{ rule: "MustRunAs", ranges: [{ min: 1.5 }] }, "ranges.0.min: expected integer, got 1.5"],
    [{ rule: "No" }, 'rule: expected ("MustRunAs" | "MayRunAs" | "RunAsAny"), got "No"'],
    [null, "rule: expected a value, got nothing"],
  ])("policies-and-sdk 9, 34: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it("passes over nothing that is outside the ranges", () => {
  const rejecting: typeof policy = {
    ...policy,
    validate(request, settings) {
      try {
        return policy.validate(request, settings);
      } catch (error) {
        if (String(error) !== "Error: invalid pod spec") throw error;
        return reject("invalid pod spec");
      }
    },
  };
  const path = ["spec", "securityContext", "fsGroup"];
  const violations = [{ path, isHarmless: (value: unknown) => value === 5 }];
  expectNothingPassedOver(rejecting, { object: pod(withGroup(1)), settings: may, violations });
});
