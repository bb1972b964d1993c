import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const labelled = (labels?: Record<string, string> | null) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web", ...(labels === undefined ? {} : { labels }) },
});
const settings = {
  denied_labels: ["secret", "forbidden"],
  mandatory_labels: ["team", "zone"],
  constrained_labels: { owner: "^[a-z]+$", "cost-center": "cc-\\d+" },
};

describe.each(bothWays("safe-labels", policy))("safe-labels %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    ["everything right", { team: "a", zone: "b", owner: "jane", "cost-center": "xcc-1x" }, undefined],
    [
      "each kind of problem",
      { secret: "1", forbidden: "2", owner: "9", zone: "b" },
      "The following labels are denied: forbidden,secret. The following labels are violating user constraints: owner. The following mandatory labels are missing: team",
    ],
    ["no labels", undefined, "The following mandatory labels are missing: team,zone"],
    ["labels that are null", null, "The following mandatory labels are missing: team,zone"],
  ])("policies-and-sdk 33: %s", async (_row, labels, message) => {
    const outcome = await runner.run({ object: labelled(labels), settings });
    expect(outcome).toEqual(message === undefined ? { accepted: true } : { accepted: false, message });
  });

  it("policies-and-sdk 33: an object without metadata has no labels", async () => {
    const outcome = await runner.run({ object: { apiVersion: "v1", kind: "Thing" }, settings });
    expect(outcome).toEqual({
      accepted: false,
      message: "The following mandatory labels are missing: team,zone",
    });
  });

  it("policies-and-sdk 20: DELETE, which has no object, has no labels", async () => {
    expect(await runner.run({ object: null, oldObject: labelled() })).toEqual({ accepted: true });
    expect((await runner.run({ object: null, oldObject: labelled(), settings })).accepted).toBe(false);
  });

  it("refuses labels that cannot be read when they could hide a denied one", async () => {
    const object = { ...labelled(), metadata: JSON.parse('{"labels":["secret"]}') };
    expect(await runner.run({ object })).toEqual({ accepted: true });
    const outcome = await runner.run({ object, settings: { denied_labels: ["secret"] } });
    expect(outcome).toEqual({ accepted: false, code: 400, message: "metadata.labels is not an object" });
  });

  it("a label named like a member of every object is a label like any other", async () => {
    const constrained = { constrained_labels: { team: "." } };
    const object = labelled({ constructor: "x", toString: "y" });
    expect(await runner.run({ object, settings: constrained })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 33: a pattern takes linear time", async () => {
    const object = labelled({ owner: `${"a".repeat(3_000)}!` });
    const outcome = await runner.run({ object, settings: { constrained_labels: { owner: "^(a+)+$" } } });
    expect(outcome.message).toBe("The following labels are violating user constraints: owner");
  });

  it.each<[unknown, string]>([
    [
      { constrained_labels: { a: "[" } },
      "Provided settings are not valid: error parsing regexp: missing closing ]: `[`",
    ],
    [
      { constrained_labels: { a: "x(?=y)" } },
      "Provided settings are not valid: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
    ],
    [
      { denied_labels: ["y", "x", "z"], mandatory_labels: ["z"], constrained_labels: { x: ".", y: "." } },
      "Provided settings are not valid: These labels cannot be constrained and denied at the same time: y,x; These labels cannot be mandatory and denied at the same time: z",
    ],
    [{ denied_labels: "x" }, "denied_labels: expected array, got string"],
    [{ constrained_labels: ["x"] }, "constrained_labels: expected object, got array"],
  ])("policies-and-sdk 33: settings %j are refused", async (refused, message) => {
    expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
  });

  it.each([null, {}, { denied_labels: null, mandatory_labels: null, constrained_labels: null }, settings])(
    "settings %j are taken",
    async (taken) => {
      expect(await runner.validateSettings(taken)).toEqual({ valid: true });
    },
  );
});
