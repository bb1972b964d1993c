import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goJson, goStruct } from "./go-json.ts";

describe("goJson", () => {
  it.each<[string, unknown, string]>([
    ["members of a map, sorted", { b: 1, a: 2, "10": 3, "9": 4 }, '{"10":3,"9":4,"a":2,"b":1}'],
    ["members of a struct, in their order", goStruct({ b: 1, a: 2 }), '{"b":1,"a":2}'],
    [
      "names beyond U+FFFF after the others, as their bytes",
      { "\u{10000}": 1, "\uFFFD": 2 },
      '{"\uFFFD":2,"\u{10000}":1}',
    ],
    ["what HTML would read", "<a href='x'>&</a>", "\"\\u003ca href='x'\\u003e\\u0026\\u003c/a\\u003e\""],
    ["names that HTML would read", { "<": 1 }, '{"\\u003c":1}'],
    ["line separators", "\u2028\u2029", '"\\u2028\\u2029"'],
    ["control characters", "\b\f\n\r\t\u0001\u007f", '"\\b\\f\\n\\r\\t\\u0001\u007f"'],
    ["half a character as a whole one", "a\ud800", '"a\uFFFD"'],
    ["nothing for what is left out", goStruct({ a: undefined, b: null }), '{"b":null}'],
    ["lists as they are", [2, 1, []], "[2,1,[]]"],
  ])("controller 6: writes %s", (_row, value, text) => {
    expect(goJson(value)).toBe(text);
  });

  it("controller 6: writes what reads as the same value, without white space, for any value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = goJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
      }),
    );
  });

  it("controller 6: writes equal maps alike, in whatever order they were made", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary", maxLength: 3 }), fc.integer(), { maxKeys: 6 }),
        (map) => {
          expect(goJson(Object.fromEntries(Object.entries(map).toReversed()))).toBe(goJson(map));
        },
      ),
    );
  });
});
