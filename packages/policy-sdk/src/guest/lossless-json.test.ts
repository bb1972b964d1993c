import { parseLossless, stringifyLossless } from "@kubewarden-ts/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../fixtures/json-text.ts";
import { parseJson, plainNumbers, RawNumber, stringifyJson } from "./lossless-json.ts";

describe("lossless JSON", () => {
  it.each([
    '{"a":9007199254740993}',
    '{"a" : 1.0, "b":[-0.0,1e5 ,12345678901234567890]}',
    "9007199254740993",
    '["x:1.0",",1.5","\\":2.0"]',
    '{"__proto__":{"n":1.0}}',
  ])("policies-and-sdk 6: writes %s with the numbers as they were", (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text.replaceAll(/(?<=[:,[]) | (?=[:,])/g, ""));
  });

  it("policies-and-sdk 6: agrees with the host's lossless reader on any document", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(stringifyJson(parseJson(text))).toBe(stringifyLossless(parseLossless(text)));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps numbers that survive by themselves as numbers", () => {
    expect(parseJson('{"a":1,"b":-2.5,"c":1.0}')).toEqual({ a: 1, b: -2.5, c: new RawNumber("1.0") });
  });

  it("counts with a raw number like with any other", () => {
    expect(Number(new RawNumber("1.50")) + 1).toBe(2.5);
    expect(`${new RawNumber("1.50")}`).toBe("1.50");
  });

  it("makes plain what fits, for schemas", () => {
    const value = parseJson('{"a":[1.0,{"b":9007199254740993}]}');
    expect(plainNumbers(value)).toEqual({ a: [1, { b: new RawNumber("9007199254740993") }] });
  });

  it("refuses text that is no JSON", () => {
    expect(() => parseJson('{"a":1.0')).toThrow(SyntaxError);
  });
});
