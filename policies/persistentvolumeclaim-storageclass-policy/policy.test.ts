import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const name = "persistentvolumeclaim-storageclass-policy";
const betaAnnotation = "volume.beta.kubernetes.io/storage-class";
const claim = (spec?: unknown, metadata: unknown = { name: "data" }) =>
  JSON.parse(JSON.stringify({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec }));
const denying = { deniedStorageClasses: ["slow"] };
const allowing = { allowedStorageClasses: ["fast"] };
const notAllowed = (storageClass: string) => ({
  accepted: false,
  message: `storage class "${storageClass}" is not allowed`,
});

describe.each(bothWays(name, policy))(`${name} %s`, (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, object, unknown, string | undefined]>([
    ["one that is not denied", denying, { storageClassName: "fast" }, undefined],
    ["one that is denied", denying, { storageClassName: "slow" }, "slow"],
    ["another case than denied", denying, { storageClassName: "SLOW" }, undefined],
    ["one that is allowed", allowing, { storageClassName: "fast" }, undefined],
    ["one that is not allowed", allowing, { storageClassName: "slow" }, "slow"],
    ["an empty one", allowing, { storageClassName: "" }, ""],
    ["a missing one, which counts as empty", allowing, {}, ""],
    ["one that is null", { deniedStorageClasses: [""] }, { storageClassName: null }, ""],
    ["a missing spec", allowing, undefined, ""],
  ])("policies-and-sdk 35: %s", async (_row, settings, spec, refused) => {
    const outcome = await runner.run({ object: claim(spec), settings });
    expect(outcome).toEqual(refused === undefined ? { accepted: true } : notAllowed(refused));
  });

  it.each<[string, unknown, unknown]>([
    ["one that is not allowed", { storageClassName: "slow", more: 1 }, { storageClassName: "fast", more: 1 }],
    ["a missing one", { volumeMode: "Block" }, { volumeMode: "Block", storageClassName: "fast" }],
    ["a missing spec", undefined, { storageClassName: "fast" }],
    ["a spec that is null", null, { storageClassName: "fast" }],
  ])("policies-and-sdk 35: the fallback replaces %s, and nothing else", async (_row, spec, expected) => {
    const settings = { ...allowing, fallbackStorageClass: "fast" };
    expect(await runner.run({ object: claim(spec), settings })).toEqual({
      accepted: true,
      mutatedObject: claim(expected),
    });
  });

  it("the older annotation, which counts more than the field, is judged and replaced as well", async () => {
    const object = claim({ storageClassName: "fast" }, { annotations: { [betaAnnotation]: "slow", a: "b" } });
    expect(await runner.run({ object, settings: denying })).toEqual(notAllowed("slow"));
    const settings = { ...denying, fallbackStorageClass: "fast" };
    expect(await runner.run({ object, settings })).toEqual({
      accepted: true,
      mutatedObject: claim(
        { storageClassName: "fast" },
        { annotations: { [betaAnnotation]: "fast", a: "b" } },
      ),
    });
  });

  it.each([
    ["another kind", { object: { apiVersion: "v1", kind: "Pod", spec: { storageClassName: "slow" } } }],
    ["policies-and-sdk 20: DELETE", { object: null, oldObject: claim({ storageClassName: "slow" }) }],
  ])("accepts %s", async (_row, options) => {
    expect(await runner.run({ ...options, settings: denying })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: judges an UPDATE whatever it changes, where a rule asks for it", async () => {
    const object = claim({ storageClassName: "slow" });
    const oldObject = { ...object, metadata: { name: "data", finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings: denying })).toEqual(notAllowed("slow"));
  });

  it("an object that does not say its kind is what it is created as", async () => {
    const { kind: _kind, ...object } = claim({ storageClassName: "slow" });
    const kind = { group: "", version: "v1", kind: "PersistentVolumeClaim" };
    expect(await runner.run({ object, kind, settings: denying })).toEqual(notAllowed("slow"));
  });

  it.each([
    ["a class", claim({ storageClassName: ["slow"] }), "spec.storageClassName: expected string, got array"],
    [
      "a number for a class",
      claim({ storageClassName: 3 }),
      "spec.storageClassName: expected string, got number",
    ],
    ["a spec", claim("slow"), "spec: expected object, got string"],
    ["annotations", claim({}, { annotations: [] }), "metadata.annotations: expected object, got array"],
  ])("rejects %s of another type", async (_row, object, message) => {
    expect(await runner.run({ object, settings: denying })).toEqual({ accepted: false, message });
  });

  it.each<[unknown, string]>([
    [null, "One of deniedStorageClasses or allowedStorageClasses must be set"],
    [{ fallbackStorageClass: "a" }, "One of deniedStorageClasses or allowedStorageClasses must be set"],
    [
      { deniedStorageClasses: [], allowedStorageClasses: [] },
      "Only one of deniedStorageClasses or allowedStorageClasses can be set",
    ],
    [{ deniedStorageClasses: [] }, "deniedStorageClasses cannot be empty"],
    [{ allowedStorageClasses: [] }, "allowedStorageClasses cannot be empty"],
    [{ ...denying, fallbackStorageClass: "slow" }, "fallbackStorageClass cannot be in deniedStorageClasses"],
    [{ ...allowing, fallbackStorageClass: "" }, "fallbackStorageClass must be in allowedStorageClasses"],
    [{ deniedStorageClasses: "a" }, "deniedStorageClasses: expected array, got string"],
    [{ allowedStorageClasses: [1] }, "allowedStorageClasses.0: expected string, got number"],
    [{ ...denying, fallbackStorageClass: 1 }, "fallbackStorageClass: expected string, got number"],
  ])("policies-and-sdk 9, 35: settings %j are refused", async (refused, message) => {
    expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
  });

  it.each([
    { ...denying, fallbackStorageClass: "" },
    { ...allowing, deniedStorageClasses: null, more: 1 },
  ])("policies-and-sdk 35: settings %j are taken", async (taken) => {
    expect(await runner.validateSettings(taken)).toEqual({ valid: true });
  });
});

it.each([
  ["spec", "storageClassName"],
  ["metadata", "annotations", betaAnnotation],
])("passes over no class that is denied, whatever else is spoiled: %s %s", (...path) => {
  const object = claim({ storageClassName: "fast" }, { annotations: { [betaAnnotation]: "fast" } });
  path.slice(0, -1).reduce((part, field) => part[field], object)[path.at(-1)!] = "slow";
  const isHarmless = (value: unknown) => value === "x";
  expectNothingPassedOver(policy, { object, settings: denying, violations: [{ path, isHarmless }] });
});
