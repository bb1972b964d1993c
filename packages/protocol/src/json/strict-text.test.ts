import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasLoneSurrogate, repeatedKey } from "./strict-text.ts";

describe("repeatedKey", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['[{"x":{"b":[],"c":{},"b":null}}]', "b"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"a\\\\":1,"a\\\\":2}', "a\\"],
    ['{"a":{"a":1},"b":{"a":[{"a":1}]}}', undefined],
    ['{"a":"a\\":","b":"{\\"b\\":1"}', undefined],
    ['"a"', undefined],
  ])("of %s is %j", (text, key) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(repeatedKey(text)).toBe(key);
  });

  it("is not found in what JSON.stringify writes, and found when a member is written twice", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value);
        expect(repeatedKey(text)).toBe(undefined);
        const [key = ""] = Object.keys(value);
        expect(repeatedKey(`{${JSON.stringify(key)}:0,${text.slice(1)}`)).toBe(key);
      }),
    );
  });
});

describe("hasLoneSurrogate", () => {
  it.each([
    ['"\\ud800"', true],
    ['"\\uDC00"', true],
    ['"\\udc00\\ud800"', true],
    ['"\\ud83d \\ude00"', true],
    ['"\\ud83d\\ud83d\\ude00"', true],
    ['["\\ud83d","\\ude00"]', true],
    ['{"\\ud800":1}', true],
    ['"\\ud83d\\ude00"', false],
    ['"\\\\ud800"', false],
    ['"\\u0041"', false],
    ['"😀"', false],
  ])("of %s is %s", (text, expected) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(hasLoneSurrogate(text)).toBe(expected);
  });

  it("is what is not well formed once it is read", () => {
    const piece = fc.constantFrom("\\ud83d", "\\ude00", "\\u0061", "\\\\", "\\n", "u", "d83d", "😀");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = `"${pieces.join("")}"`;
        expect(hasLoneSurrogate(text)).toBe(!String(JSON.parse(text)).isWellFormed());
      }),
    );
  });
});
