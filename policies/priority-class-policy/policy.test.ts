import { RawNumber } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const allowing = { allowed_priority_classes: ["high", "low"] };
const denying = { denied_priority_classes: ["forbidden"] };
const unreadable = "Priority class policy failed to extract PodSpec from the request : ";
const classed = (priorityClassName: unknown) => ({
  ...pod({}),
  spec: JSON.parse(JSON.stringify({ priorityClassName, containers: [] })),
});

describe.each(bothWays("priority-class-policy", policy))("priority-class-policy %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, string, string | undefined]>([
    ["one that is allowed", allowing, "high", undefined],
    ["one that is not allowed", allowing, "other", 'Priority class "other" is not allowed'],
    ["another case", allowing, "HIGH", 'Priority class "HIGH" is not allowed'],
    ["an empty one", allowing, "", 'Priority class "" is not allowed'],
    ["one that is not denied", denying, "high", undefined],
    ["one that is denied", denying, "forbidden", 'Priority class "forbidden" is denied'],
  ])("policies-and-sdk 35: %s", async (_row, settings, name, message) => {
    const outcome = await runner.run({ object: classed(name), settings });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  describe.each(workloadKinds)("policies-and-sdk 18, 35: a %s", (kind) => {
    const settings = { ...allowing, default_priority_class: "low" };

    it("without class gets the default, and nothing else is changed", async () => {
      const spec = { containers: [{ image: "x" }], initContainers: null, future: { a: [1] } };
      const object = workload(kind, spec);
      expect(await runner.run({ object, settings: allowing })).toEqual({ accepted: true });
      expect(await runner.run({ object, settings })).toEqual({
        accepted: true,
        mutatedObject: workload(kind, { ...spec, priorityClassName: "low" }),
      });
    });

    it("with a class is judged, without pod spec accepted", async () => {
      const object = workload(kind, { priorityClassName: "other" });
      const message = 'Priority class "other" is not allowed';
      expect(await runner.run({ object, settings })).toEqual({ accepted: false, message });
      expect(await runner.run({ object: workload(kind), settings })).toEqual({ accepted: true });
    });
  });

  it("policies-and-sdk 35: a class that is null is missing", async () => {
    const settings = { denied_priority_classes: ["x"], default_priority_class: "high" };
    expect(await runner.run({ object: classed(null), settings })).toEqual({
      accepted: true,
      mutatedObject: classed("high"),
    });
  });

  it("policies-and-sdk 6: numbers JavaScript cannot hold survive", async () => {
    const activeDeadlineSeconds = new RawNumber("9007199254740993");
    const settings = { ...allowing, default_priority_class: "low" };
    const outcome = await runner.run({ object: pod({ activeDeadlineSeconds }), settings });
    expect(outcome.mutatedObject).toEqual(pod({ activeDeadlineSeconds, priorityClassName: "low" }));
  });

  it.each([
    [
      "another kind",
      { object: { apiVersion: "v1", kind: "Service" } },
      "Object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
    ],
    ["policies-and-sdk 20: DELETE", { object: null, oldObject: pod({}) }, "the request has no object"],
    ["a class of another type", { object: classed(5) }, "priorityClassName: expected string, got number"],
    ["a class in a list", { object: classed(["high"]) }, "priorityClassName: expected string, got array"],
    [
      "a spec of another type",
      { object: { ...pod({}), spec: JSON.parse('"x"') } },
      "spec: expected an object",
    ],
  ])("rejects what it cannot read: %s", async (_row, options, problem) => {
    const outcome = await runner.run({
      ...options,
      settings: { ...allowing, default_priority_class: "low" },
    });
    expect(outcome).toEqual({ accepted: false, message: `${unreadable}${problem}` });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is judged as any other", async () => {
    const object = classed("forbidden");
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, settings: denying });
    expect(outcome).toEqual({ accepted: false, message: 'Priority class "forbidden" is denied' });
  });

  it.each<[unknown, string]>([
    [null, "The priority class lists cannot be empty"],
    [
      { allowed_priority_classes: [], denied_priority_classes: [] },
      "The priority class lists cannot be empty",
    ],
    [{ default_priority_class: "a" }, "The priority class lists cannot be empty"],
    [
      { allowed_priority_classes: ["a"], denied_priority_classes: ["b"] },
      "Both allowed and denied priority class lists cannot be set at the same time",
    ],
    [
      { allowed_priority_classes: ["a"], default_priority_class: "" },
      "The default priority class cannot be an empty string",
    ],
    [
      { allowed_priority_classes: ["a"], default_priority_class: "b" },
      "The default priority class 'b' is not in the allowed priority classes list",
    ],
    [
      { denied_priority_classes: ["a"], default_priority_class: "a" },
      "The default priority class 'a' cannot be defined in the denied priority classes list",
    ],
    [{ allowed_priority_classes: null }, "allowed_priority_classes: expected array, got null"],
    [{ denied_priority_classes: [1] }, "denied_priority_classes.0: expected string, got number"],
    [
      { denied_priority_classes: ["a"], default_priority_class: 1 },
      "default_priority_class: expected string, got number",
    ],
  ])("policies-and-sdk 9, 35: settings %j are refused", async (refused, message) => {
    expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
  });

  it.each([allowing, { ...denying, allowed_priority_classes: [], default_priority_class: null, more: 1 }])(
    "policies-and-sdk 35: settings %j are taken",
    async (taken) => {
      expect(await runner.validateSettings(taken)).toEqual({ valid: true });
    },
  );
});

it("passes over no class that is not allowed, whatever else is spoiled", () => {
  const violations = [{ path: ["spec", "priorityClassName"], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object: classed("other"), settings: allowing, violations });
});
