import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { schemaProblems } from "./schema-problems.ts";
import { StringMap } from "./string-map.ts";

const Annotated = v.object({ annotations: StringMap });

describe("StringMap", () => {
  it.each(["{}", '{"a":"b"}', '{"__proto__":"p","constructor":"c","prototype":"t","toString":"s","1":"n"}'])(
    "keeps every key of %s",
    (text) => {
      const read = v.parse(StringMap, JSON.parse(text));
      expect(new Map(Object.entries(read))).toEqual(new Map(Object.entries(JSON.parse(text))));
    },
  );

  it.each<[string, unknown, string]>([
    ["a number", { a: "b", c: 5 }, "annotations.c: expected string, received 5"],
    [
      "an object under a key of birth",
      JSON.parse('{"__proto__":{}}'),
      "annotations.__proto__: expected string, received Object",
    ],
    ["a list", ["a"], "annotations: expected Object, received Array"],
    ["a text", "a", 'annotations: expected Object, received "a"'],
  ])("refuses %s", (_what, annotations, problem) => {
    expect(schemaProblems(v.safeParse(Annotated, { annotations }).issues ?? [])).toEqual([problem]);
  });
});
