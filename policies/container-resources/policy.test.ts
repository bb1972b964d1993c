import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const prefix = "Provided settings are not valid: ";
const ending =
  "Please, change the resource configuration or change the policy settings to accommodate the requested value";
/** A pod with a container for each. */
const using = (...resources: unknown[]) =>
  pod({ containers: JSON.parse(JSON.stringify(resources.map((each) => ({ name: "a", resources: each })))) });
const rejected = (message: string) => ({ accepted: false, code: 400, message });

describe.each(bothWays("container-resources", policy))("container-resources %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  const none = (cpu: boolean, memory: boolean) =>
    `container does not have any resource limits or requests: required Cpu:${cpu}, Memory:${memory}`;
  const cpu = { cpu: { ignoreValues: true } };
  const both = { cpu: {}, memory: { ignoreValues: true } };
  const all = { cpu: "1", memory: "1Gi" };

  it.each<[string, object, unknown, string | undefined]>([
    ["all of it", both, { limits: all, requests: all }, undefined],
    ["what is asked for", cpu, { limits: { cpu: "9" }, requests: { cpu: "9" } }, undefined],
    [
      "values that are none",
      cpu,
      { limits: { cpu: "9" }, requests: { cpu: " " } },
      "container does not have a cpu request",
    ],
    ["nothing", both, undefined, none(true, true)],
    ["null", cpu, null, none(true, false)],
    ["nothing, memory being asked for", { memory: {} }, undefined, none(false, true)],
    ["no limits", both, { requests: all }, "container does not have any resource limits"],
    ["no requests", both, { limits: all, requests: {} }, "container does not have any resource requests"],
    ["a limit less", both, { limits: { cpu: "1" } }, "container does not have a memory limit"],
    [
      "a request less",
      both,
      { limits: all, requests: { memory: "1" } },
      "container does not have a cpu request",
    ],
    ["no limit", cpu, { requests: { cpu: "1" } }, "container does not have a cpu limit"],
    [
      "other resources only",
      { memory: {} },
      { limits: { gpu: "1" } },
      "container does not have a memory limit",
    ],
    ["zero for the settings", { cpu: { maxLimit: "0" } }, {}, "container does not have a cpu limit"],
  ])("policies-and-sdk 31: presence: %s", async (_row, settings, resources, message) => {
    const outcome = await runner.run({ object: using(resources), settings });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : rejected(message));
  });

  const bounds = { minLimit: "500m", maxLimit: "2", minRequest: 0.25, maxRequest: "500m" };
  const bounded = { cpu: bounds, memory: { maxLimit: "1Gi" } };

  it.each<[object, string | undefined]>([
    [{ limits: { cpu: "1000m" }, requests: { cpu: "0.5" } }, undefined],
    [{ limits: { cpu: "2000m", memory: "1024Mi" }, requests: { cpu: "250m" } }, undefined],
    [{ limits: { cpu: "2001m" } }, "cpu limit '2001m' exceeds the max allowed value '2'"],
    [{ limits: { cpu: "3000m" } }, "cpu limit '3' exceeds the max allowed value '2'"],
    [{ limits: { cpu: "0" } }, "cpu limit '0' doesn't reach the min allowed value '500m'"],
    [{ requests: { cpu: "1.5" } }, "cpu request '1500m' exceeds the max allowed value '500m'"],
    [{ requests: { cpu: "-1" } }, "cpu request '-1' doesn't reach the min allowed value '250m'"],
    [{ limits: { cpu: "abc" } }, "invalid cpu limit"],
    [{ requests: { cpu: "1x" } }, "invalid cpu request"],
    [{ limits: { cpu: "9", memory: "1.5Gi" } }, "memory limit '1536Mi' exceeds the max allowed value '1Gi'"],
    [{}, undefined],
  ])("policies-and-sdk 31: values: %j", async (resources, message) => {
    const outcome = await runner.run({ object: using(resources), settings: bounded });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : rejected(message));
  });

  it("policies-and-sdk 31: the first container that fails is answered, others than containers are not looked at", async () => {
    const [good, bad, worse] = ["1", "8", "9"].map((value) => ({ limits: { cpu: value } }));
    const outcome = await runner.run({ object: using(good, bad, worse), settings: bounded });
    expect(outcome).toEqual(rejected("cpu limit '8' exceeds the max allowed value '2'"));
    const containers = [{ name: "a", resources: worse }];
    const object = pod({ containers: [], initContainers: containers, ephemeralContainers: containers });
    expect(await runner.run({ object, settings: bounded })).toEqual({ accepted: true });
  });

  const defaults = {
    cpu: { defaultLimit: "1000m", defaultRequest: "0.5" },
    memory: { defaultLimit: "1024Mi", defaultRequest: 1000000 },
  };

  it.each<[string, unknown, unknown]>([
    ["nothing", undefined, { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "500m", memory: "1M" } }],
    [
      "limits, which stay",
      { limits: { cpu: "2", gpu: "1" } },
      { limits: { cpu: "2", gpu: "1", memory: "1Gi" }, requests: { cpu: "500m", memory: "1M" } },
    ],
    [
      "values that are none",
      { limits: { cpu: "", memory: "2Gi" }, requests: null, claims: [{ name: "gpu" }] },
      {
        limits: { cpu: "1", memory: "2Gi" },
        requests: { cpu: "500m", memory: "1M" },
        claims: [{ name: "gpu" }],
      },
    ],
  ])(
    "policies-and-sdk 31: defaults are added to %s, in canonical form",
    async (_row, resources, expected) => {
      expect(await runner.run({ object: using(resources), settings: defaults })).toEqual({
        accepted: true,
        mutatedObject: using(expected),
      });
    },
  );

  it("policies-and-sdk 31: what is complete is left alone", async () => {
    const object = using({ limits: all, requests: all });
    expect(await runner.run({ object, settings: defaults })).toEqual({ accepted: true });
  });

  it.each([
    [
      { requests: { cpu: "1800m" } },
      `limits mutation\ncpu limit '1' is less than the requested '1800m' value. ${ending}`,
    ],
    [
      { limits: { memory: "10Ki" } },
      `requests mutation\nmemory limit '10Ki' is less than the requested '1M' value. ${ending}`,
    ],
    [
      { limits: { memory: "1mi" } },
      "requests mutation\ninvalid memory limit\nunable to parse quantity's suffix",
    ],
    [
      { requests: { cpu: "x" } },
      "limits mutation\ninvalid cpu request\nquantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])("policies-and-sdk 31: with defaults %j cannot run", async (resources, problem) => {
    const outcome = await runner.run({ object: using(resources), settings: defaults });
    expect(outcome).toEqual(rejected(`There is an issue after resource ${problem}`));
  });

  it.each(workloadKinds)(
    "policies-and-sdk 18, 31: a %s gets defaults, and nothing else is changed",
    async (kind) => {
      const spec = { containers: [{ name: "a" }], initContainers: [{ name: "i" }], future: [1] };
      const resources = { limits: { cpu: "1" } };
      const outcome = await runner.run({
        object: workload(kind, spec),
        settings: { cpu: { defaultLimit: 1 } },
      });
      const mutatedObject = workload(kind, { ...spec, containers: [{ name: "a", resources }] });
      expect(outcome).toEqual({ accepted: true, mutatedObject });
      expect(await runner.run({ object: workload(kind), settings: both })).toEqual({ accepted: true });
    },
  );

  it.each([
    ["r.test/infra/agent:1", true],
    ["r.test/infra/agent:2", false],
    ["r.test/sys/a", true],
    ["r.test/system", false],
    [undefined, false],
  ])("policies-and-sdk 31: ignores the image %s: %s", async (image, ignored) => {
    const settings = { ...cpu, ignoreImages: ["r.test/infra/agent:1", "r.test/sys/*"] };
    const object = pod({ containers: [{ name: "a", ...(image === undefined ? {} : { image }) }] });
    expect((await runner.run({ object, settings })).accepted).toBe(ignored);
  });

  it("policies-and-sdk 20: DELETE is accepted", async () => {
    expect(await runner.run({ object: null, oldObject: using(undefined), settings: both })).toEqual({
      accepted: true,
    });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is judged as any other", async () => {
    const object = using({ limits: { cpu: "8" } });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, settings: bounded });
    expect(outcome).toEqual(rejected("cpu limit '8' exceeds the max allowed value '2'"));
  });

  it.each([
    [
      "another kind",
      { apiVersion: "v1", kind: "Service" },
      "object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
    ],
    [
      "a number",
      using({ limits: { cpu: 1 } }),
      "containers[0].resources.limits.cpu: expected string, got number",
    ],
    [
      "limits in a list",
      using({ limits: ["1"] }),
      "containers[0].resources.limits: expected object, got array",
    ],
    ["resources as text", using({}, "all"), "containers[1].resources: expected object, got string"],
    [
      "a container that is null",
      pod(JSON.parse('{"containers":[null]}')),
      "containers[0]: expected object, got null",
    ],
  ])("rejects %s", async (_row, object, message) => {
    expect(await runner.run({ object, settings: defaults })).toEqual(rejected(message));
  });

  const chain = ["minRequest", "defaultRequest", "maxRequest", "minLimit", "defaultLimit", "maxLimit"];
  const links = chain.flatMap((lower, index) =>
    chain.slice(index + 1).map((upper) => [lower, upper] as const),
  );
  const said = (field: string) => field.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);

  it.each(links)(
    "policies-and-sdk 31: settings: %s above %s is refused, equal to it taken",
    async (lower, upper) => {
      expect(await runner.validateSettings({ memory: { [lower]: "2Gi", [upper]: "1024Mi" } })).toEqual({
        valid: false,
        message: `${prefix}invalid memory settings\n${said(lower)}: 2Gi cannot be greater than ${said(upper)}: 1Gi`,
      });
      expect(await runner.validateSettings({ cpu: { [lower]: "1000m", [upper]: 1 } })).toEqual({
        valid: true,
      });
    },
  );

  const nothing = "no settings provided. At least one resource limit or request must be verified";
  const undefinedAmounts = "all the quantities must be defined";

  it.each<[unknown, string]>([
    [null, `${prefix}${nothing}`],
    [{ ignoreImages: ["x"] }, `${prefix}${nothing}`],
    [
      { cpu: {}, memory: {} },
      `${prefix}invalid cpu settings\n${undefinedAmounts}\ninvalid memory settings\n${undefinedAmounts}`,
    ],
    [
      {
        cpu: { ignoreValues: true, maxLimit: 1, minLimit: 2 },
        memory: { maxLimit: "1Gi", defaultLimit: "2Gi" },
      },
      `${prefix}invalid cpu settings\nmin limit: 2 cannot be greater than max limit: 1\ninvalid memory settings\ndefault limit: 2Gi cannot be greater than max limit: 1Gi`,
    ],
    [
      { cpu: { maxLimit: "abc" } },
      `${prefix}quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    ],
    [{ cpu: { maxLimit: true } }, "cpu.maxLimit: expected (string | number), got boolean"],
    [{ cpu: "1" }, "cpu: expected object, got string"],
    [{ cpu: ["1"] }, "cpu: expected object, got array"],
    [{ cpu: {}, ignoreImages: "x" }, "ignoreImages: expected array, got string"],
  ])("policies-and-sdk 9, 31: settings %j are refused", async (bad, message) => {
    expect(await runner.validateSettings(bad)).toEqual({ valid: false, message });
  });

  it.each([
    { cpu: {} },
    both,
    { cpu: { maxLimit: null }, memory: null, more: 1 },
    { cpu: { maxLimit: "-1", more: 1 } },
  ])("settings %j are taken", async (taken) => {
    expect(await runner.validateSettings(taken)).toEqual({ valid: true });
  });
});

it("passes over no limit that is too high, whatever else is spoiled", () => {
  const object = using({ limits: { cpu: "2", memory: "1" }, requests: { cpu: "1" } }, {});
  const path = ["spec", "containers", 0, "resources", "limits", "cpu"];
  expectNothingPassedOver(policy, {
    object,
    settings: { cpu: { maxLimit: 1, defaultRequest: "1" }, memory: { defaultLimit: "1Gi" } },
    violations: [{ path, isHarmless: () => false }],
  });
});
