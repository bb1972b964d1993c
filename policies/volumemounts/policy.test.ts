import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const mounting = (name: string, ...names: string[]) => ({
  name,
  volumeMounts: names.map((mount) => ({ name: mount, mountPath: `/${mount}` })),
});
const notAllowed = (...names: string[]) => `volumeMount names not allowed: ${JSON.stringify(names)}`;
const unreadable = { accepted: false, message: "Cannot parse validation request" };
const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

describe.each(bothWays("volumemounts", policy))("volumemounts %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string | undefined, string[], string[], string | undefined]>([
    [undefined, ["data"], ["data"], notAllowed("data")],
    ["anyIn", ["data"], ["data"], notAllowed("data")],
    ["anyIn", ["data"], ["Data"], undefined],
    ["anyNotIn", ["data"], ["data"], undefined],
    ["anyNotIn", ["data"], ["data", "zzz"], notAllowed("zzz")],
    ["allAreUsed", ["data", "cache"], ["data"], undefined],
    ["allAreUsed", ["data"], ["data", "x"], 'volumeMount names not allowed together: ["data"]'],
    ["notAllAreUsed", ["data"], ["data", "x"], undefined],
    ["notAllAreUsed", ["data"], ["x"], 'volumeMount names are missing: ["data"]'],
    ["notAllAreUsed", ["data"], [], undefined],
  ])("operator %s, %j listed, %j mounted", async (operator, volumeMountsNames, mounted, problem) => {
    const settings = { ...(operator === undefined ? {} : { operator }), volumeMountsNames };
    const outcome = await runner.run({
      object: pod({ containers: [mounting("app", ...mounted)] }),
      settings,
    });
    expect(outcome).toEqual(
      problem === undefined
        ? { accepted: true }
        : { accepted: false, message: `container app is invalid: ${problem}\n` },
    );
  });

  it("policies-and-sdk 22: names are sorted, each stands once", async () => {
    const settings = { volumeMountsNames: ["b", 'a"', "c"] };
    const object = pod({ containers: [mounting("app", "c", 'a"', "b", "c")] });
    const message = 'container app is invalid: volumeMount names not allowed: ["a\\"", "b", "c"]\n';
    expect(await runner.run({ object, settings })).toEqual({ accepted: false, message });
  });

  it.each(workloadKinds)("policies-and-sdk 18, 19: one line per container in a %s", async (kind) => {
    const spec = Object.fromEntries(lists.map((list) => [list, [mounting(list, "data"), { name: "none" }]]));
    const settings = { volumeMountsNames: ["data"] };
    expect(await runner.run({ object: workload(kind, spec), settings })).toEqual({
      accepted: false,
      message: lists.map((list) => `container ${list} is invalid: ${notAllowed("data")}\n`).join(""),
    });
    expect(await runner.run({ object: workload(kind), settings })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
    const object = pod({ containers: [{ name: "app" }], ephemeralContainers: [mounting("debug", "data")] });
    const oldObject = pod({ containers: [{ name: "app" }] });
    const settings = { volumeMountsNames: ["data"] };
    const outcome = await runner.run({ object, oldObject, subResource: "ephemeralcontainers", settings });
    expect(outcome.message).toBe(`container debug is invalid: ${notAllowed("data")}\n`);
  });

  it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer", async () => {
    const object = pod({ containers: [mounting("app", "data")] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, settings: { volumeMountsNames: ["data"] } });
    expect(outcome.accepted).toBe(false);
  });

  it.each<[string, object]>([
    ["another kind", { object: { apiVersion: "v1", kind: "Service" } }],
    ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod({}) }],
    ["mounts that are no list", { object: pod({ containers: [{ name: "app", volumeMounts: "data" }] }) }],
    ["a mount that is null", { object: pod({ containers: [{ name: "app", volumeMounts: [null] }] }) }],
    [
      "a name that is no text",
      { object: pod({ containers: [{ name: "app", volumeMounts: [{ name: 1 }] }] }) },
    ],
    ["containers that are no list", { object: { ...pod({}), spec: { containers: {} } } }],
  ])("cannot read %s", async (_row, options) => {
    expect(await runner.run({ ...options, settings: { volumeMountsNames: ["data"] } })).toEqual(unreadable);
  });

  it.each<[unknown, string | undefined]>([
    [{ volumeMountsNames: ["a"], other: 1 }, undefined],
    [null, "volumeMountsNames is empty"],
    [{ operator: "anyNotIn" }, "volumeMountsNames is empty"],
    [{ volumeMountsNames: [] }, "volumeMountsNames is empty"],
    [{ volumeMountsNames: null }, "volumeMountsNames: expected array, got null"],
    [{ volumeMountsNames: [1] }, "volumeMountsNames.0: expected string, got number"],
    [
      { operator: "AnyIn", volumeMountsNames: ["a"] },
      'operator: expected ("anyIn" | "anyNotIn" | "allAreUsed" | "notAllAreUsed"), got "AnyIn"',
    ],
  ])("policies-and-sdk 9: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });

  it("a mount that is not allowed is never taken, whatever stands beside it", async () => {
    const odd = fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.constant([]), fc.constant({}));
    const beside = fc.record({ name: odd, env: odd, initContainers: odd });
    await fc.assert(
      fc.asyncProperty(beside, fc.array(odd), async ({ initContainers, ...fields }, mounts) => {
        const container = { ...fields, volumeMounts: [...mounts, { name: "data" }] };
        const object = JSON.parse(JSON.stringify(pod({}))) as ReturnType<typeof pod>;
        object["spec"] = { containers: [container], initContainers };
        const { accepted, message } = await runner.run({ object, settings: { volumeMountsNames: ["data"] } });
        expect(accepted).toBe(false);
        expect(message).toMatch(/^Cannot parse validation request$|not allowed: \["data"\]\n$/);
      }),
      { numRuns: 50 },
    );
  });
});
