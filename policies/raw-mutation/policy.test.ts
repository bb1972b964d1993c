import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const settings = { forbiddenResources: ["banana", "🍌"], defaultResource: "hay" };
const deed = (resource: unknown) => ({ user: "tonio", action: "eats", resource });

describe.each(bothWays("raw-mutation", policy))("raw-mutation %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, unknown, unknown]>([
    ["a forbidden resource is replaced", deed("banana"), deed("hay")],
    ["beyond ASCII too", deed("🍌"), deed("hay")],
    ["nothing is added", { resource: "banana", user: null }, { resource: "hay", user: null }],
    ["another resource is left", deed("carrot"), undefined],
    ["a missing resource is left", { user: "tonio" }, undefined],
    ["no request is left", null, undefined],
  ])("policies-and-sdk 43: %s", async (_row, raw, changed) => {
    const expected = changed === undefined ? { accepted: true } : { accepted: true, mutatedObject: changed };
    expect(await runner.run({ raw, settings })).toEqual(expected);
  });

  it("policies-and-sdk 43: a missing resource counts as an empty one", async () => {
    const none = { ...settings, forbiddenResources: [""] };
    expect(await runner.run({ raw: {}, settings: none })).toEqual({
      accepted: true,
      mutatedObject: { resource: "hay" },
    });
  });

  it.each<[unknown, string]>([
    [{ ...deed("banana"), uid: "a" }, 'json: unknown field "uid"'],
    [{ Resource: "banana" }, 'json: unknown field "Resource"'],
    [{ ...deed("banana"), user: 5 }, "request.user: expected string, got number"],
    [deed(["banana"]), "request.resource: expected string, got array"],
    ["banana", "request: expected object, got string"],
    [5, "request: expected object, got number"],
    [[deed("banana")], "request: expected object, got array"],
  ])("policies-and-sdk 43: %j is rejected", async (raw, message) => {
    expect(await runner.run({ raw, settings })).toEqual({ accepted: false, code: 400, message });
  });

  it.each<[unknown, string]>([
    [null, "Provided settings are not valid: defaultResource cannot be empty"],
    [{ defaultResource: "" }, "Provided settings are not valid: defaultResource cannot be empty"],
    [
      { ...settings, defaultResource: "banana" },
      "Provided settings are not valid: defaultResource cannot be forbidden",
    ],
    [{ ...settings, forbiddenResources: null }, "forbiddenResources: expected array, got null"],
    [{ ...settings, forbiddenResources: [1] }, "forbiddenResources.0: expected string, got number"],
    [{ ...settings, defaultResource: 1 }, "defaultResource: expected string, got number"],
  ])("settings %j are refused", async (bad, message) => {
    expect(await runner.validateSettings(bad)).toEqual({ valid: false, message });
  });

  it.each([{ defaultResource: "hay" }, { ...settings, extra: 1 }])("settings %j are taken", async (taken) => {
    expect(await runner.validateSettings(taken)).toEqual({ valid: true });
  });
});
