import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { mapping, objectWith } from "./mapping.ts";

const odd: unknown = JSON.parse('{ "constructor": "a", "prototype": "b", "__proto__": "c", "": "d" }');

describe("mapping", () => {
  it("keeps every key, where Valibot's record drops three", () => {
    const labels = v.parse(mapping(v.string()), odd);
    expect(Object.entries(labels)).toEqual([
      ["constructor", "a"],
      ["prototype", "b"],
      ["__proto__", "c"],
      ["", "d"],
    ]);
  });

  it.each<[string, unknown]>([
    ["a list", []],
    ["null", null],
    ["text", "x"],
  ])("refuses %s", (_what, value) => {
    expect(v.is(mapping(v.string()), value)).toBe(false);
  });

  it("says where a value is wrong", () => {
    const members = mapping(objectWith({ module: v.string() }));
    const { issues = [] } = v.safeParse(members, { good: { module: "m" }, bad: { module: 1 } });
    expect(issues.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([
      ["bad.module", "Invalid type: Expected string but received 1"],
    ]);
  });

  it("gives what the schema of its values gives", () => {
    expect(v.parse(mapping(v.optional(v.string(), "x")), { a: undefined })).toEqual({ a: "x" });
  });
});

describe("objectWith", () => {
  const selector = objectWith({ matchLabels: v.exactOptional(mapping(v.string())) });

  it("keeps fields that it does not know", () => {
    expect(v.parse(selector, { more: [1] })).toEqual({ more: [1] });
  });

  it("refuses a list, which Valibot's looseObject reads as an object without fields", () => {
    expect(v.is(v.looseObject({}), [])).toBe(true);
    expect(v.is(selector, [])).toBe(false);
  });
});
