import { beforeAll, describe, expect, it } from "vitest";
import { allWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const settings = {
  validUsers: ["tonio", "jürgen"],
  validActions: ["eats"],
  validResources: ["banana", "🍌"],
};

describe.each(allWays("raw-validation", policy))("raw-validation %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, unknown, string | undefined]>([
    ["all three listed", { user: "tonio", action: "eats", resource: "banana" }, undefined],
    [
      "names beyond ASCII, and more members",
      { user: "jürgen", action: "eats", resource: "🍌", a: 1 },
      undefined,
    ],
    ["another user", { user: "x", action: "eats", resource: "banana" }, "this request is not accepted"],
    ["another action", { user: "tonio", action: "x", resource: "banana" }, "this request is not accepted"],
    ["another resource", { user: "tonio", action: "eats", resource: "x" }, "this request is not accepted"],
    ["a missing member", { user: "tonio" }, "cannot unmarshal request"],
    ["text", "tonio", "cannot unmarshal request"],
    ["null", null, "cannot unmarshal request"],
  ])("policies-and-sdk 43: %s", async (_row, raw, message) => {
    const expected = message === undefined ? { accepted: true } : { accepted: false, message };
    expect(await runner.run({ raw, settings })).toEqual(expected);
  });

  it.each([
    [null, "valid_users cannot be empty"],
    [{ ...settings, validActions: [] }, "valid_actions cannot be empty"],
    [{ ...settings, validResources: undefined }, "valid_resources cannot be empty"],
    [{ ...settings, validUsers: "tonio" }, "validUsers: expected array, got string"],
  ])("settings %j are refused", async (refused, message) => {
    expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
  });
});
