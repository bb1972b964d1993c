import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExact } from "../json/exact-numbers.ts";
import { isJsonObject, type JsonObject } from "./json-value.ts";
import { mergePatchBetween, sameJson } from "./merge-patch.ts";

describe("mergePatchBetween", () => {
  it.each<[string, JsonObject, JsonObject, JsonObject | undefined]>([
    ["nothing for equals", { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, undefined],
    ["what changed, alone", { a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { c: 1, d: 3 } }, { b: { d: 3 } }],
    ["what is new", {}, { a: { b: 1 } }, { a: { b: 1 } }],
    ["null for what went", { a: 1, b: { c: 1 } }, { b: {} }, { a: null, b: { c: null } }],
    ["whole lists", { a: [{ b: 1 }, 2] }, { a: [{ b: 2 }, 2] }, { a: [{ b: 2 }, 2] }],
    ["an object in the place of a text", { a: "x" }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["a text in the place of an object", { a: { b: 1 } }, { a: "x" }, { a: "x" }],
    ["nothing for what is not stored", {}, { a: null, b: [], c: "", labels: {} }, undefined],
    ["null for a list that is to be empty", { a: [1] }, { a: [] }, { a: null }],
    ["false and 0, which are stored", {}, { a: false, b: 0 }, { a: false, b: 0 }],
    ["an empty text in a map", { labels: {} }, { labels: { a: "" } }, { labels: { a: "" } }],
    [
      "an empty text that goes from a map",
      { data: { a: "", b: "" } },
      { data: { b: "" } },
      { data: { a: null } },
    ],
    ["null for a map that is to be empty", { data: { a: "" } }, { data: {} }, { data: null }],
    ["an empty object that is no map", {}, { emptyDir: {} }, { emptyDir: {} }],
    ["nothing for the same amount", { limits: { cpu: "1" } }, { limits: { cpu: "1000m" } }, undefined],
    ["another amount", { limits: { cpu: "1" } }, { limits: { cpu: 2 } }, { limits: { cpu: 2 } }],
    ["a number that only looks like an amount", { cpu: "1" }, { cpu: 1 }, { cpu: 1 }],
  ])("gives %s", (_row, current, wanted, expected) => {
    expect(mergePatchBetween(current, wanted)).toEqual(expected);
  });

  it("tells numbers apart that JavaScript cannot hold", () => {
    const read = (text: string) => parseExact(text) as JsonObject;
    const same = mergePatchBetween(read('{"n":9007199254740993}'), read('{"n":9007199254740993}'));
    expect(same).toBeUndefined();
    const other = mergePatchBetween(read('{"n":9007199254740993}'), read('{"n":9007199254740992}'));
    expect(JSON.stringify(other)).toBe('{"n":9007199254740992}');
  });

  it("leads to what is wanted, whatever the two are", () => {
    const value = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<unknown>(null, "", "a", 0, 1, false, [], {}),
        fc.array(tie("value"), { maxLength: 2 }),
        tie("object"),
      ),
      object: fc.dictionary(fc.constantFrom("a", "b", "labels", "limits"), tie("value"), { maxKeys: 3 }),
    })).object;
    fc.assert(
      fc.property(value, value, (current, wanted) => {
        const patched = applied(current, mergePatchBetween(current, wanted) ?? {});
        expect(sameJson(patched, wanted)).toBe(true);
        expect(mergePatchBetween(patched as JsonObject, wanted)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});

/** RFC 7386, as it is written there. */
function applied(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applied(result[key], value);
  }
  return result;
}
