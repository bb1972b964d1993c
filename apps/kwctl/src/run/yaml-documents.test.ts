import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readYamlDocuments } from "./yaml-documents.ts";

const tenTimes = (item: string): string => Array<string>(10).fill(item).join(", ");

describe("readYamlDocuments", () => {
  it.each<[string, string, unknown[]]>([
    ["no document", "", []],
    ["only comments", "# a\n---\n", []],
    ["empty documents between others", "---\na: 1\n---\n---\nb: 2\n", [{ a: 1n }, { b: 2n }]],
    ["big numbers", "n: 9007199254740993", [{ n: 9007199254740993n }]],
    ["floats", "n: 1.0", [{ n: 1 }]],
    ["JSON", '{"a": [1, "x", null, true]}', [{ a: [1n, "x", null, true] }]],
    ["yes as text", "a: yes", [{ a: "yes" }]],
    ["aliases", "a: &x {b: 1}\nc: *x", [{ a: { b: 1n }, c: { b: 1n } }]],
    ["keys that are numbers", "1: a", [{ 1: "a" }]],
    [
      "a prototype as a key",
      "__proto__: {a: 1}",
      [JSON.parse('{"__proto__": 0}', (key, value) => (key === "__proto__" ? { a: 1n } : value))],
    ],
  ])("reads %s", (_row, text, expected) => {
    expect(readYamlDocuments(text)).toEqual(expected);
  });

  it.each([
    ["syntax", "a: [", " at line 1 column "],
    ["infinity", "a: .inf", "expected a finite number, received .inf"],
    ["a collection as key", "? [a]\n: b", "expected keys that are strings, received a collection"],
    ["a value within itself", "a: &x [*x]", "values nested more than 500 deep"],
    [
      "too many aliases",
      // Each level holds the one before it ten times.
      [
        "a: &a [x]",
        ...[..."bcdefg"].map((name, index) => `${name}: &${name} [${tenTimes(`*${"abcdef"[index]}`)}]`),
      ].join("\n"),
      "more than 100000 values",
    ],
  ])("refuses %s", (_row, text, message) => {
    expect(() => readYamlDocuments(text)).toThrow(message);
  });

  it("reads or refuses any text, and reads JSON as JSON", () => {
    const plain = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? Number(member) : member)),
      );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-[\]{}:&*!|>'"a1 \n?,#]*$/)), (text) => {
        try {
          readYamlDocuments(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
          expect(error).not.toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 300 },
    );
    const json = fc.dictionary(fc.string(), fc.jsonValue()).filter((value) => !("__proto__" in value));
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        expect(plain(readYamlDocuments(text)[0])).toEqual(JSON.parse(text));
      }),
      { numRuns: 100 },
    );
  });
});
