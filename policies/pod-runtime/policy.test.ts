import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const containers = [{ name: "app" }];
const running = (runtimeClassName?: unknown) =>
  pod({ containers, futureField: 1, ...(runtimeClassName === undefined ? {} : { runtimeClassName }) });
const reserved = { reservedRuntimes: ["kata"] };
const fallback = { ...reserved, fallbackRuntime: "gvisor" };
const noDefault = { ...reserved, defaultRuntimeReserved: true };
const kataRefused = { accepted: false, message: "runtime 'kata' is reserved" };
const defaultRefused = { accepted: false, message: "Usage of the default runtime is reserved" };
const kinds = "Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod";

describe.each(bothWays("pod-runtime", policy))("pod-runtime %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, unknown, object]>([
    ["a reserved one", reserved, "kata", kataRefused],
    ["a reserved one, where the default is, too", noDefault, "kata", kataRefused],
    ["one that is not reserved", reserved, "runc", { accepted: true }],
    ["one that is not reserved, where the default is", noDefault, "runc", { accepted: true }],
    ["one that is not reserved, with a fallback", fallback, "runc", { accepted: true }],
    ["the name in other letters", fallback, "Kata", { accepted: true }],
    ["none", reserved, undefined, { accepted: true }],
    ["none, where the default is reserved", noDefault, undefined, defaultRefused],
    ["null, where the default is reserved", noDefault, null, defaultRefused],
    ["the empty name, where the default is reserved", noDefault, "", defaultRefused],
    ["the fallback itself", fallback, "gvisor", { accepted: true }],
    [
      "a reserved one, with a fallback",
      fallback,
      "kata",
      { accepted: true, mutatedObject: running("gvisor") },
    ],
    ["none, with a fallback", fallback, undefined, { accepted: true, mutatedObject: running("gvisor") }],
    [
      "none, with a fallback where the default is reserved",
      { ...fallback, ...noDefault },
      undefined,
      { accepted: true, mutatedObject: running("gvisor") },
    ],
  ])("%s", async (_row, settings, runtimeClassName, expected) => {
    expect(await runner.run({ object: running(runtimeClassName), settings })).toEqual(expected);
  });

  it.each(workloadKinds)("policies-and-sdk 18: in a %s", async (kind) => {
    const object = workload(kind, { containers, runtimeClassName: "kata" });
    expect(await runner.run({ object, settings: reserved })).toEqual(kataRefused);
    expect(await runner.run({ object, settings: fallback })).toEqual({
      accepted: true,
      mutatedObject: workload(kind, { containers, runtimeClassName: "gvisor" }),
    });
    expect(await runner.run({ object: workload(kind), settings: noDefault })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer", async () => {
    const object = running("kata");
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings: reserved })).toEqual(kataRefused);
  });

  it.each<[string, object, string]>([
    ["policies-and-sdk 20: a DELETE", { object: null, oldObject: running() }, "the request has no object"],
    [
      "another kind",
      { object: { apiVersion: "v1", kind: "Service" } },
      `Object should be one of these kinds: ${kinds}`,
    ],
    ["a number", { object: running(1) }, "runtimeClassName: expected string, got number"],
    ["a list", { object: running(["kata"]) }, "runtimeClassName: expected string, got array"],
    ["a spec that is a list", { object: { ...running(), spec: [] } }, "spec: expected an object"],
    [
      "containers that are no list",
      { object: { ...running(), spec: { containers: "none" } } },
      "containers: expected a list",
    ],
  ])("fails on %s", async (_row, options, message) => {
    await expect(runner.run({ ...options, settings: reserved })).rejects.toThrow(message);
  });

  it.each<[unknown, string | undefined]>([
    [null, undefined],
    [{ fallbackRuntime: null, defaultRuntimeReserved: null }, undefined],
    [
      { reservedRuntimes: ["kata"], fallbackRuntime: "kata" },
      "fallback runtime kata cannot be part of the reserved runtimes",
    ],
    [{ reservedRuntimes: "kata" }, "reservedRuntimes: expected array, got string"],
    [{ reservedRuntimes: null }, "reservedRuntimes: expected array, got null"],
    [{ defaultRuntimeReserved: "yes" }, "defaultRuntimeReserved: expected boolean, got string"],
  ])("policies-and-sdk 9: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it("nothing that decides is passed over", () => {
  expectNothingPassedOver(policy, {
    object: running("kata"),
    settings: reserved,
    violations: [
      {
        path: ["spec", "runtimeClassName"],
        isHarmless: (value) => typeof value === "string" && value !== "kata",
      },
    ],
  });
});
