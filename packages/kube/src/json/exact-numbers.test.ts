import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRawNumber, parseExact } from "./exact-numbers.ts";

describe("parseExact", () => {
  it.each([
    "9007199254740993",
    '{"a":1.0,"b":[-0,1e3,1E-7]}',
    '{"a": [ 12345678901234567890 ,1.5]}',
    '{"__proto__":1.0}',
    '"1.0"',
    '{"a":"x:1.0"}',
  ])("controller 6: keeps %s", (text) => {
    expect(JSON.stringify(parseExact(text))).toBe(text.replaceAll(" ", ""));
  });

  it.each(["0", "-1", "1.5", "1e+21", "9007199254740991"])("gives %s as a plain number", (text) => {
    expect(parseExact(text)).toBe(Number(text));
  });

  it("tells the numbers that it kept", () => {
    const values = parseExact("[1.0,1]") as unknown[];
    expect(values.map(isRawNumber)).toEqual([true, false]);
  });

  it("controller 6: keeps every number of every document", () => {
    const number = fc.oneof(
      fc.bigInt().map(String),
      fc.tuple(fc.integer(), fc.nat()).map(([whole, part]) => `${whole}.${part}`),
      fc.tuple(fc.integer(), fc.integer({ min: -400, max: 400 })).map(([n, power]) => `${n}e${power}`),
    );
    const text = fc.dictionary(fc.string(), fc.array(number)).map((members) => {
      const written = Object.entries(members).map(([key, list]) => `${JSON.stringify(key)}:[${list}]`);
      return `{${written}}`;
    });
    fc.assert(
      fc.property(text, (document) => {
        // the order of members that look like numbers is not kept, and need not be
        const sorted = (json: string) =>
          json
            .slice(1, -1)
            .split(/(?<=\]),/)
            .toSorted();
        expect(sorted(JSON.stringify(parseExact(document)))).toEqual(sorted(document));
      }),
    );
  });
});
