import { expect, it } from "vitest";
import { numberOf, objectOf, setOf } from "../value.ts";
import { formatGoJson, parseGoJson } from "./json.ts";

it.each([
  ["<a&b>", '"\\u003ca\\u0026b\\u003e"'],
  ["\u2028\n\u0001", '"\\u2028\\n\\u0001"'],
  ["é", '"é"'],
] as const)("texts are written so that HTML may hold them: %j", (text, wanted) => {
  expect(formatGoJson(text)).toBe(wanted);
});

it("members are in order, sets are lists, numbers keep their text", () => {
  const value = objectOf([
    ["b", setOf([numberOf("1.0"), null])],
    ["a", [true, numberOf(2)]],
  ]);
  expect(formatGoJson(value)).toBe('{"a":[true,2],"b":[null,1.0]}');
});

it("the later of two equal members counts", () => {
  expect(formatGoJson(parseGoJson('{"a": 1, "a": 2.50}'))).toBe('{"a":2.50}');
});

it.each(["{", "", "nul", "1 2", "1e999x", "550e8400-e29b-41d4-a716-446655440000"])(
  "%j is no JSON",
  (text) => {
    expect(() => parseGoJson(text)).toThrow("invalid JSON string");
  },
);

it.each(["1e999", '{"a": [1, -1e400]}', "[".repeat(600) + "]".repeat(600), '["\\"", 1e999]'])(
  "what Go reads and others do not ends the evaluation: %j",
  (text) => {
    expect(() => parseGoJson(text)).toThrow(expect.objectContaining({ code: "REGO_LIMIT" }));
  },
);
