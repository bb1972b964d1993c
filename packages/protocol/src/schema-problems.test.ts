import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { schemaProblems } from "./schema-problems.ts";

const Config = v.strictObject({
  name: v.string(),
  mode: v.optional(v.picklist(["protect", "monitor"])),
  ports: v.optional(v.array(v.pipe(v.number(), v.minValue(1)))),
  version: v.optional(v.pipe(v.string(), v.regex(/^v\d+$/, "a version such as v1"))),
  source: v.optional(v.union([v.string(), v.object({ uri: v.string() })])),
  labels: v.optional(v.record(v.string(), v.string())),
});

describe("schemaProblems", () => {
  it.each([
    ["a missing member", {}, "name: expected a value, received nothing"],
    ["a wrong type", { name: 1 }, "name: expected string, received 1"],
    ["a value out of a list", { name: "a", mode: "x" }, 'mode: expected "protect" | "monitor", received "x"'],
    ["a bound", { name: "a", ports: [80, 0] }, "ports[1]: expected >=1, received 0"],
    [
      "a message of the schema",
      { name: "a", version: "1" },
      'version: expected a version such as v1, received "1"',
    ],
    ["an unknown member", { name: "a", nmae: 1 }, 'nmae: expected no such field, received "nmae"'],
    ["a union", { name: "a", source: 1 }, "source: expected string | Object, received 1"],
    [
      "a union, inside one option",
      { name: "a", source: { uri: 1 } },
      "source.uri: expected string, received 1",
    ],
    ["a map", { name: "a", labels: { "a.b/c": 1 } }, "labels.a.b/c: expected string, received 1"],
    ["the whole value", 5, "expected Object, received 5"],
  ])("describes %s", (_row, value, line) => {
    const result = v.safeParse(Config, value);
    expect(schemaProblems(result.issues ?? [])).toEqual([line]);
  });

  it("style 3: gives a line for each of three mistakes", () => {
    const result = v.safeParse(Config, { name: null, mode: 1, ports: "x" });
    expect(schemaProblems(result.issues ?? [])).toEqual([
      "name: expected string, received null",
      'mode: expected "protect" | "monitor", received 1',
      'ports: expected Array, received "x"',
    ]);
  });
});
