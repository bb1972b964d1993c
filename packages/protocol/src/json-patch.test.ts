import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCodePoints } from "./json/code-point-order.ts";
import { parseLossless } from "./json/lossless-reader.ts";
import { losslessEquals, stringifyLossless } from "./json/lossless-value.ts";
import { diff, formatPatch } from "./json-patch.ts";
import { applyPatch } from "./json-patch-apply.ts";

const patchOf = (base: string, target: string) =>
  formatPatch(diff(parseLossless(base), parseLossless(target)));

describe("diff", () => {
  it.each([
    [
      "the example of the specification",
      '{"a":1,"l":[1,2,3]}',
      '{"b":2,"l":[1]}',
      '[{"op":"add","path":"/b","value":2},{"op":"remove","path":"/l/1"},{"op":"remove","path":"/l/1"},{"op":"remove","path":"/a"}]',
    ],
    ["an added member", "{}", '{"a":{"x":[1.0]}}', '[{"op":"add","path":"/a","value":{"x":[1.0]}}]'],
    ["a replaced value", '{"a":"x"}', '{"a":null}', '[{"op":"replace","path":"/a","value":null}]'],
    ["a member that was null", '{"a":null}', '{"a":1}', '[{"op":"replace","path":"/a","value":1}]'],
    [
      "removed members, sorted",
      '{"b":1,"a":2}',
      "{}",
      '[{"op":"remove","path":"/a"},{"op":"remove","path":"/b"}]',
    ],
    [
      "a growing array",
      "[1]",
      "[0,2,3]",
      '[{"op":"replace","path":"/0","value":0},{"op":"add","path":"/1","value":2},{"op":"add","path":"/2","value":3}]',
    ],
    ["a shrinking array", "[1,2]", "[]", '[{"op":"remove","path":"/0"},{"op":"remove","path":"/0"}]'],
    [
      "keys with ~ and /",
      '{"a~b":1}',
      '{"a~b":2,"c/~d":3}',
      '[{"op":"replace","path":"/a~0b","value":2},{"op":"add","path":"/c~1~0d","value":3}]',
    ],
    ["another type at the root", "{}", "[]", '[{"op":"replace","path":"","value":[]}]'],
    ["an object where a list was", '{"a":[]}', '{"a":{}}', '[{"op":"replace","path":"/a","value":{}}]'],
    [
      "keys by code point, not by UTF-16 unit",
      "{}",
      '{"😀":1,"｡":2,"é":3,"z":4}',
      '[{"op":"add","path":"/z","value":4},{"op":"add","path":"/é","value":3},{"op":"add","path":"/｡","value":2},{"op":"add","path":"/😀","value":1}]',
    ],
    ["an empty key", "{}", '{"":1}', '[{"op":"add","path":"/","value":1}]'],
  ])("policy-runtime 17: writes %s", (_row, base, target, patch) => {
    expect(patchOf(base, target)).toBe(patch);
  });

  it("policy-runtime 16: is empty for equal values, whatever the order of their members", () => {
    expect(patchOf('{"a":1,"b":[{"c":2}]}', '{"b":[{"c":2}],"a":1}')).toBe("[]");
  });

  it("policy-runtime 18: leaves 9007199254740993 and 1.0 alone, and tells 1 from 1.0", () => {
    const base = '{"big":9007199254740993,"float":1.0}';
    expect(patchOf(base, base)).toBe("[]");
    expect(patchOf(base, '{"big":9007199254740992,"float":1}')).toBe(
      '[{"op":"replace","path":"/big","value":9007199254740992},{"op":"replace","path":"/float","value":1}]',
    );
  });

  const similar = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 0, 1, 1.5, "a", ""),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(fc.constantFrom("a", "b", "c/d", "e~1", "", "😀"), tie("value"), { maxKeys: 4 }),
  })).value;

  it("turns the base into the target, and nothing else", () => {
    fc.assert(
      fc.property(similar, similar, (left, right) => {
        const base = parseLossless(JSON.stringify(left));
        const target = parseLossless(JSON.stringify(right));
        const before = stringifyLossless(base);
        const patch = diff(base, target);
        expect(losslessEquals(applyPatch(base, patch), target)).toBe(true);
        expect(patch.length === 0).toBe(losslessEquals(base, target));
        expect(stringifyLossless(base)).toBe(before);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("applyPatch", () => {
  const one = { text: "1" };

  it("appends at `-`", () => {
    expect(applyPatch([one], [{ op: "add", path: "/-", value: null }])).toEqual([one, null]);
  });

  it.each([
    ["a removal of what is not there", "{}", { op: "remove", path: "/a" }],
    ["a replacement of what is not there", "[]", { op: "replace", path: "/0", value: null }],
    ["an addition beyond the end", "[]", { op: "add", path: "/1", value: null }],
    ["an index with a leading zero", "[1,2]", { op: "remove", path: "/01" }],
    ["a path into a scalar", '{"a":1}', { op: "add", path: "/a/b", value: null }],
    ["a removal of the root", "{}", { op: "remove", path: "" }],
    ["a path without a leading slash", '{"a":1}', { op: "remove", path: "a" }],
  ] as const)("refuses %s", (_row, document, operation) => {
    expect(() => applyPatch(parseLossless(document), [operation])).toThrow(
      expect.objectContaining({ code: "PATCH_INAPPLICABLE" }),
    );
  });
});

describe("any patch", () => {
  const token = fc.constantFrom(
    ...[
      "0",
      "1",
      "2",
      "-",
      "01",
      "-1",
      "+1",
      "1.0",
      "1e0",
      "9007199254740992",
      "",
      "~0",
      "~1",
      "~",
      "~2",
      "a",
    ],
    ...["__proto__", "constructor", "length", "Infinity", "NaN", "\u0000"],
  );
  const path = fc.oneof(
    fc.array(token, { maxLength: 4 }).map((tokens) => tokens.map((each) => `/${each}`).join("")),
    fc.string(),
  );
  const value = fc.constantFrom("1", "[]", '{"a":[1,2]}', "null", '{"__proto__":{"polluted":true}}');
  const operation = fc.oneof(
    fc.record({
      op: fc.constantFrom("add" as const, "replace" as const),
      path,
      value: value.map(parseLossless),
    }),
    fc.record({ op: fc.constant("remove" as const), path }),
  );
  const documents = ["[1,[2,3],{}]", '{"a":[1,2],"":{"a":1},"__proto__":[1],"~":0,"/":{"-":1}}', "1", "[]"];

  it("is applied, or refused with our own error; the document stays as it was", () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.array(operation, { maxLength: 6 }), (text, patch) => {
        const document = parseLossless(text);
        try {
          parseLossless(stringifyLossless(applyPatch(document, patch)));
        } catch (error) {
          expect(error).toMatchObject({ name: "ProtocolError", code: "PATCH_INAPPLICABLE" });
        }
        expect(stringifyLossless(document)).toBe(text);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["/9007199254740992", "/4294967295", "/1e3", "/01", "/-1", "/ 1", "/1.0", "/--", "/length"])(
    "makes no room at the index %s",
    (at) => {
      for (const op of ["add", "replace"] as const) {
        expect(() => applyPatch([null, null], [{ op, path: at, value: null }])).toThrow(
          expect.objectContaining({ code: "PATCH_INAPPLICABLE" }),
        );
      }
    },
  );
});

describe("compareCodePoints", () => {
  it("orders as the UTF-8 bytes do", () => {
    const bytes = (text: string) => Array.from(new TextEncoder().encode(text));
    const text = fc.string({ unit: "binary", maxLength: 4 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [a, b] = [bytes(left), bytes(right)];
        const index = a.findIndex((byte, position) => byte !== b[position]);
        const expected = index === -1 ? a.length - b.length : (a[index] ?? 0) - (b[index] ?? -1);
        expect(Math.sign(compareCodePoints(left, right))).toBe(Math.sign(expected));
      }),
    );
  });
});
