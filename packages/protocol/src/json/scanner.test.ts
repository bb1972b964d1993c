import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../errors.ts";
import { MAX_JSON_DEPTH, scanDocument, scanMembers } from "./scanner.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function accepts(text: string): boolean {
  const error = errorOf(() => scanDocument(encode(text)));
  if (error !== undefined && !(error instanceof ProtocolError)) throw error;
  return error === undefined;
}

/** Whether `JSON.parse` takes it, and every number of it is one that a double can hold. */
function parses(text: string): boolean {
  let finite = true;
  const look = (_key: string, value: unknown): unknown => {
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) finite = false;
    return value;
  };
  return errorOf(() => JSON.parse(text, look)) === undefined && finite;
}

describe("scanDocument", () => {
  it.each([
    ["nothing", "", "EOF while parsing a value", 0],
    ["white space", " \n", "EOF while parsing a value", 2],
    ["an open object", "{", "EOF while parsing an object", 1],
    ["an object without value", '{"a"', "EOF while parsing an object", 4],
    ["an object cut after a comma", '{"a":1,', "EOF while parsing a value", 7],
    ["an open list", "[", "EOF while parsing a list", 1],
    ["an open list after an item", "[1", "EOF while parsing a list", 2],
    ["an open string", '"a', "EOF while parsing a string", 2],
    ["a cut escape", '"\\u00', "EOF while parsing a string", 5],
    ["a cut literal", "tru", "EOF while parsing a value", 3],
    ["a cut number", "-", "EOF while parsing a value", 1],
    ["a word", "hello", "expected value", 0],
    ["a wrong literal", "nule", "expected ident", 3],
    ["a leading zero", "01", "invalid number", 1],
    ["a lone minus", "-x", "invalid number", 1],
    ["a fraction without digits", "1.x", "invalid number", 2],
    ["an exponent without digits", "1e+x", "invalid number", 3],
    ["a plus sign", "+1", "expected value", 0],
    ["an unquoted key", "{a:1}", "key must be a string", 1],
    ["a missing colon", '{"a" 1}', "expected `:`", 5],
    ["a missing comma between members", '{"a":1 "b":2}', "expected `,` or `}`", 7],
    ["a missing comma between items", "[1 2]", "expected `,` or `]`", 3],
    ["a trailing comma in an object", '{"a":1,}', "trailing comma", 7],
    ["a trailing comma in a list", "[1,]", "trailing comma", 3],
    ["an unknown escape", '"\\x"', "invalid escape", 2],
    ["a bad hex digit", '"\\u00g0"', "invalid escape", 5],
    [
      "a line feed in a string",
      '"\n"',
      "control character (\\u0000-\\u001F) found while parsing a string",
      1,
    ],
    ["a number that no double holds", "[1e400]", "number out of range", 5],
    ["a negative one", "-2E+999", "number out of range", 6],
    ["one of many digits", `1${"0".repeat(400_000)}`, "number out of range", 400_000],
    ["more after the value", "{} x", "trailing characters", 3],
    ["a byte order mark", "\ufeff{}", "expected value", 0],
  ])("refuses %s", (_row, text, message, offset) => {
    const error = errorOf(() => scanDocument(encode(text)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: "JSON_SYNTAX", message, offset });
    expect(parses(text)).toBe(false);
  });

  it.each([
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("follows %s to the depth limit and no further", (_row, open, close) => {
    const nested = (depth: number) =>
      `${open.repeat(depth - 1)}${open[0]}${close[0]}${close.repeat(depth - 1)}`;
    expect(accepts(nested(MAX_JSON_DEPTH))).toBe(true);
    const error = errorOf(() => scanDocument(encode(nested(MAX_JSON_DEPTH + 1))));
    const offset = open.length * MAX_JSON_DEPTH;
    expect(error).toMatchObject({ code: "JSON_TOO_DEEP", message: "nested deeper than 512 levels", offset });
  });

  it("accepts numbers at the edge of what a double holds", () => {
    const edge = ["1.7976931348623157e308", "1e-9999", `0.${"0".repeat(1000)}1`, `${"9".repeat(308)}`];
    for (const text of edge) expect(accepts(text)).toBe(true);
  });

  it("accepts any document of JSON.stringify", () => {
    const document = fc.tuple(fc.jsonValue(), fc.constantFrom("", " ", "\n\t"));
    fc.assert(
      fc.property(document, ([value, indent]) => {
        expect(accepts(JSON.stringify(value, null, indent))).toBe(true);
      }),
    );
  });

  const tokens = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"a"',
    "1",
    "0",
    "-",
    ".",
    "e",
    "+",
    "\\",
    "\\u00",
    "\n",
    " ",
  ];
  const words = [
    "true",
    "false",
    "null",
    "nul",
    '"\\n"',
    '"\\ud800"',
    "é",
    "\u0000",
    "1.5E-3",
    '{"a":',
    "[1,",
  ];
  it("accepts a run of tokens exactly when JSON.parse does", () => {
    const text = fc
      .array(fc.constantFrom(...tokens, ...words), { maxLength: 10 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (candidate) => {
        expect(accepts(candidate)).toBe(parses(candidate));
      }),
      { numRuns: 5000 },
    );
  });

  it("accepts a document with one changed character exactly when JSON.parse does", () => {
    const change = fc.tuple(fc.jsonValue(), fc.nat(), fc.constantFrom(...tokens, "x", "\u0001", ""));
    fc.assert(
      fc.property(change, ([value, seed, token]) => {
        const text = JSON.stringify(value);
        const index = seed % (text.length + 1);
        const changed = (text.slice(0, index) + token + text.slice(index + 1)).toWellFormed();
        expect(accepts(changed)).toBe(parses(changed));
      }),
      { numRuns: 2000 },
    );
  });

  it("answers any bytes with nothing but its own error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const error = errorOf(() => scanDocument(bytes));
        expect(error === undefined || error instanceof ProtocolError).toBe(true);
      }),
    );
  });
});

describe("scanMembers", () => {
  const textOf = (bytes: Uint8Array, start = 0, end = 0) =>
    new TextDecoder().decode(bytes.subarray(start, end));
  const membersOf = (bytes: Uint8Array, runs: readonly number[]) =>
    Array.from({ length: runs.length / 4 }, (_, index) => [
      textOf(bytes, runs[index * 4], runs[index * 4 + 1]),
      textOf(bytes, runs[index * 4 + 2], runs[index * 4 + 3]),
    ]);

  it("lists the members in order of appearance, white space left out", () => {
    const bytes = encode('  { "a" : 1 ,"b":{"c":[2, 3]}, "a":"x" } ');
    const { runs, end } = scanMembers(bytes, 2);
    expect(membersOf(bytes, runs)).toEqual([
      ["a", "1"],
      ["b", '{"c":[2, 3]}'],
      ["a", '"x"'],
    ]);
    expect(end).toBe(bytes.length - 1);
  });

  it("lists the members of the wanted inner object in the same pass", () => {
    const bytes = encode('{"a":{"x":1},"b":{"y":2,"b":{"z":3}}}');
    const inner = {
      isKey: (from: Uint8Array, start: number, end: number) => textOf(from, start, end) === "b",
      runs: [],
    };
    expect(membersOf(bytes, scanMembers(bytes, 0, inner).runs).map(([key]) => key)).toEqual(["a", "b"]);
    expect(membersOf(bytes, inner.runs)).toEqual([
      ["y", "2"],
      ["b", '{"z":3}'],
    ]);
  });

  it("finds what JSON.parse finds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const bytes = encode(JSON.stringify(object, null, 1));
        const members = membersOf(bytes, scanMembers(bytes, 0).runs);
        const found = members.map(([key, value]) => [JSON.parse(`"${key}"`), JSON.parse(value ?? "")]);
        expect(Object.fromEntries(found)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it.each(["[]", '"{"', "", "{"])("refuses %j", (text) => {
    expect(() => scanMembers(encode(text), 0)).toThrow(ProtocolError);
  });
});
