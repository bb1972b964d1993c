import { describe, expect, it } from "vitest";
import { clusterGroup, policy, policyGroup, rule } from "../testing/objects.ts";
import { mistakes } from "../testing/validated.ts";

const list = <T>(length: number, item: T): T[] => Array.from({ length }, () => item);
const nested = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
const members = (count: number, settings: object = {}) =>
  Object.fromEntries(list(count, { module: "m", settings }).map((each, at) => [`m${at}`, each]));

describe("amounts that nobody can check in time", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["rules", policy({ rules: list(1001, {}) }), "spec.rules: Too many: 1001: must have at most 1000 items"],
    [
      "items in rules",
      policy({ rules: [{ ...rule, operations: list(300_000, "bad") }] }),
      "spec.rules: Too many: 300003: must have at most 10000 items",
    ],
    [
      "members",
      policyGroup({ policies: members(1001) }),
      "spec.policies: Too many: 1001: must have at most 1000 items",
    ],
    [
      "of an expression",
      clusterGroup({ expression: "(".repeat(65_537) }),
      "spec.expression: Invalid value: 65537: must have at most 65536 characters",
    ],
    [
      "levels of settings",
      policy({ settings: nested(101) }),
      'spec.settings: Invalid value: "{…}": must not be nested more than 100 levels deep',
    ],
    [
      "levels of a member's settings, however many",
      policyGroup({ policies: members(1, nested(9000)), expression: "m0()" }),
      'spec.policies[m0].settings: Invalid value: "{…}": must not be nested more than 100 levels deep',
    ],
  ])("controller 16: refuses too many %s, and looks no further", async (_row, object, text) => {
    expect(await mistakes(object)).toEqual([text]);
    expect(await mistakes(object, { old: { ...object, spec: {} } })).toEqual([text]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["rules", policy({ rules: list(1000, rule) })],
    ["members", policyGroup({ policies: members(1000), expression: "m0()" })],
    ["levels of settings", policy({ settings: nested(100) })],
  ])("admits as many %s as there may be", async (_row, object) => {
    expect(await mistakes(object)).toEqual([]);
  });
});
