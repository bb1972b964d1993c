import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const annotated = (annotations?: Record<string, string> | null) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web", ...(annotations === undefined ? {} : { annotations }) },
});
const settings = {
  denied_annotations: ["secret", "forbidden"],
  mandatory_annotations: ["team", "zone"],
  constrained_annotations: { owner: "^[a-z]+$", "cost-center": "cc-\\d+" },
};

describe.each(bothWays("safe-annotations", policy))("safe-annotations %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    ["everything right", { team: "a", zone: "b", owner: "jane", "cost-center": "xcc-1x" }, undefined],
    [
      "each kind of problem",
      { secret: "1", forbidden: "2", owner: "9", zone: "b" },
      "The following annotations are not allowed: forbidden,secret. The following annotations are violating user constraints: owner. The following mandatory annotations are missing: team",
    ],
    ["no annotations", undefined, "The following mandatory annotations are missing: team,zone"],
    ["annotations that are null", null, "The following mandatory annotations are missing: team,zone"],
  ])("policies-and-sdk 33: %s", async (_row, annotations, message) => {
    const outcome = await runner.run({ object: annotated(annotations), settings });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  it("policies-and-sdk 33: an object without metadata has no annotations", async () => {
    const outcome = await runner.run({ object: { apiVersion: "v1", kind: "Thing" }, settings });
    expect(outcome).toEqual({
      accepted: false,
      message: "The following mandatory annotations are missing: team,zone",
    });
  });

  it("policies-and-sdk 20: DELETE, which has no object, has no annotations", async () => {
    expect(await runner.run({ object: null, oldObject: annotated() })).toEqual({ accepted: true });
    expect((await runner.run({ object: null, oldObject: annotated(), settings })).accepted).toBe(false);
  });

  it("refuses annotations that cannot be read when they could hide a denied one", async () => {
    const object = { ...annotated(), metadata: JSON.parse('{"annotations":["secret"]}') };
    expect(await runner.run({ object })).toEqual({ accepted: true });
    const outcome = await runner.run({ object, settings: { denied_annotations: ["secret"] } });
    expect(outcome).toEqual({ accepted: false, code: 400, message: "metadata.annotations is not an object" });
  });

  it("an annotation named like a member of every object is an annotation like any other", async () => {
    const constrained = { constrained_annotations: { team: "." } };
    const object = annotated({ constructor: "x", toString: "y" });
    expect(await runner.run({ object, settings: constrained })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 33: a pattern takes linear time", async () => {
    const object = annotated({ owner: `${"a".repeat(3_000)}!` });
    const outcome = await runner.run({ object, settings: { constrained_annotations: { owner: "^(a+)+$" } } });
    expect(outcome.message).toBe("The following annotations are violating user constraints: owner");
  });

  it.each<[unknown, string]>([
    [
      { constrained_annotations: { a: "[" } },
      "Provided settings are not valid: error parsing regexp: missing closing ]: `[`",
    ],
    [
      { constrained_annotations: { a: "x(?=y)" } },
      "Provided settings are not valid: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
    ],
    [
      {
        denied_annotations: ["y", "x", "z"],
        mandatory_annotations: ["z"],
        constrained_annotations: { x: ".", y: "." },
      },
      "Provided settings are not valid: These annotations cannot be constrained and denied at the same time: y,x; These annotations cannot be mandatory and denied at the same time: z",
    ],
    [{ denied_annotations: "x" }, "denied_annotations: expected array, got string"],
    [{ constrained_annotations: ["x"] }, "constrained_annotations: expected object, got array"],
  ])("policies-and-sdk 33: settings %j are refused", async (refused, message) => {
    expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
  });

  it.each([
    null,
    {},
    { denied_annotations: null, mandatory_annotations: null, constrained_annotations: null },
    settings,
  ])("settings %j are taken", async (taken) => {
    expect(await runner.validateSettings(taken)).toEqual({ valid: true });
  });
});

it("passes over no annotation that is denied, whatever else is spoiled", () => {
  const violations = [{ path: ["metadata", "annotations", "secret"], isHarmless: () => false }];
  const object = annotated({ a: "b", secret: "c" });
  expectNothingPassedOver(policy, { object, settings: { denied_annotations: ["secret"] }, violations });
});
