import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../errors.ts";
import { parseLossless } from "./lossless-reader.ts";
import { isLosslessNumber, losslessEquals, stringifyLossless } from "./lossless-value.ts";

describe("parseLossless and stringifyLossless", () => {
  it.each([
    ["an integer above 2^53", "9007199254740993"],
    ["a float that is whole", "1.0"],
    ["minus zero", "-0"],
    ["a number below all doubles", "1E-400"],
    ["a key that objects have by birth", '{"__proto__":{"a":1},"constructor":2}'],
    ["keys that look like indexes, in their order", '{"10":1,"9":2,"a":3}'],
    ["an escaped quote after a backslash", '"a\\\\\\"b"'],
    ["a lone surrogate", '"\\ud800"'],
    ["separators inside a string", '["a,b:c]}"," ",{"k:,":"{"}]'],
    ["nested emptiness", '[{},[],"",[{}]]'],
  ])("keeps %s", (_row, text) => {
    expect(stringifyLossless(parseLossless(text))).toBe(text);
  });

  it("lets the later of two equal keys win", () => {
    expect(stringifyLossless(parseLossless('{"a":1,"b":2,"\\u0061":3}'))).toBe('{"a":3,"b":2}');
  });

  it("reads bytes and text alike, and what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("", "\t", "  "), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const read = parseLossless(new TextEncoder().encode(text));
        expect(read).toEqual(parseLossless(text));
        expect(JSON.parse(stringifyLossless(read))).toEqual(JSON.parse(text));
      }),
    );
  });

  const { text: document } = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(
        "1.0",
        "-0",
        "1E+2",
        "0.10",
        "9007199254740993",
        "1e-400",
        "9".repeat(300),
        "true",
        "null",
      ),
      fc.string({ unit: "binary" }).map((value) => JSON.stringify(value)),
      fc.array(tie("text"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc
        .uniqueArray(fc.tuple(fc.oneof(fc.constantFrom("__proto__", "1", "a"), fc.string()), tie("text")), {
          maxLength: 4,
          selector: ([key]) => key,
        })
        .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`),
    ),
  }));

  it("policy-runtime 18: keeps the text of any compact document", () => {
    fc.assert(
      fc.property(document, (text) => {
        expect(stringifyLossless(parseLossless(text))).toBe(text);
        expect(losslessEquals(parseLossless(text), parseLossless(new TextEncoder().encode(text)))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("reads with white space what JSON.parse reads, and refuses what it refuses", () => {
    const change = fc.tuple(
      document,
      fc.nat(),
      fc.constantFrom("", " ", ",", "}", "]", '"', "\\", "1", "e", "-"),
    );
    fc.assert(
      fc.property(change, ([text, at, piece]) => {
        const cut = at % (text.length + 1);
        const changed = text.slice(0, cut) + piece + text.slice(cut);
        const read = attempt(() => JSON.parse(stringifyLossless(parseLossless(changed))));
        expect(read).toEqual(attempt(() => JSON.parse(changed)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["JSON_SYNTAX", Uint8Array.of(0x7b)],
    ["JSON_NOT_UTF8", Uint8Array.of(0x22, 0xff, 0x22)],
    ["JSON_TOO_DEEP", new TextEncoder().encode("[".repeat(600) + "]".repeat(600))],
  ])("throws %s", (code, bytes) => {
    expect(() => parseLossless(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it("answers any bytes with nothing but its own error", () => {
    const alphabet = fc.constantFrom(...new TextEncoder().encode('{}[],:"\\a1e-.tn '), 0xff, 0xc3, 0xa9);
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), (bytes) => {
        try {
          parseLossless(Uint8Array.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("losslessEquals", () => {
  it.each([
    ["1", "1", true],
    ["1", "1.0", false],
    ["1.0", "1e0", true],
    ["100", "1e2", false],
    ["0.1", "0.10", true],
    ["0", "-0", true],
    ["0", "0.0", false],
    ["9007199254740993", "9007199254740992", false],
    ["9007199254740993.0", "9007199254740992.0", true],
    ["18446744073709551616", "18446744073709551617", false],
    ["18446744073709551616", "1.8446744073709552e19", true],
    ["18446744073709551615", "1.8446744073709552e19", false],
    ["-9223372036854775809", "-9223372036854775808.0", true],
    ["-9223372036854775808", "-9223372036854775808.0", false],
    ["-0", "-0.0", true],
    ["1", '"1"', false],
    ["null", "{}", false],
    ["[]", "{}", false],
    ["[1,2]", "[1]", false],
    ["[1,2]", "[2,1]", false],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['{"a":null}', "{}", false],
    ['{"a":null}', '{"b":null}', false],
    ['{"a":[{"b":1}]}', '{"a":[{"b":2}]}', false],
  ])("%s and %s: %s", (left, right, equal) => {
    expect(losslessEquals(parseLossless(left), parseLossless(right))).toBe(equal);
    expect(losslessEquals(parseLossless(right), parseLossless(left))).toBe(equal);
  });

  it("holds for a value and its copy with the members turned round", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        const [left, right] = [object, turned].map((value) => parseLossless(JSON.stringify(value)));
        expect(losslessEquals(left ?? null, right ?? null)).toBe(true);
      }),
    );
  });
});

describe("isLosslessNumber", () => {
  it.each([
    ["1", true],
    ["null", false],
    ["{}", false],
    ["[]", false],
    ['"1"', false],
    ["true", false],
  ])("%s: %s", (text, answer) => {
    expect(isLosslessNumber(parseLossless(text))).toBe(answer);
  });
});

/** What is read; of a refusal, and of a number that no double holds, nothing. */
function attempt(read: () => unknown): unknown {
  try {
    const value = read();
    JSON.stringify(value, (_key, member) => {
      if (typeof member === "number" && !Number.isFinite(member)) throw new RangeError("beyond all doubles");
      return member;
    });
    return value;
  } catch {
    return undefined;
  }
}
