import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readYaml, type YamlValue } from "./yaml-value.ts";

function value(text: string): YamlValue | undefined {
  const read = readYaml(text);
  if (read.kind !== "value" || read.problems.length > 0) throw new Error(JSON.stringify(read));
  return read.value;
}

function problems(text: string): string[] {
  const read = readYaml(text);
  return read.kind === "value" ? read.problems.map(({ path, text }) => `${path.join("|")} ${text}`) : [];
}

const map = (...entries: [string, YamlValue][]) => new Map(entries);

describe("readYaml", () => {
  it.each([
    ["nothing from an empty text", "", undefined],
    ["nothing from a comment", "# nothing\n", undefined],
    ["null", "null", null],
    ["an integer", "0x10", 16n],
    ["a big integer", "12345678901234567890123", 12345678901234567890123n],
    ["a float that is whole", "1.0", 1],
    ["an exponent as float", "1e3", 1000],
    ["`yes` as text", "yes", "yes"],
    ["a date as text", "2001-01-01", "2001-01-01"],
    ["`yes` as text, whatever version the document names", "%YAML 1.1\n---\nyes", "yes"],
    ["a value left out", "a:", map(["a", null])],
    ["a merge key as a key", "<<: {a: 1}", map(["<<", map(["a", 1n])])],
    ["keys of the outermost map as written", "5: a\n1.0: b\n~: c", map(["5", "a"], ["1.0", "b"], ["~", "c"])],
    [
      "keys that JavaScript knows",
      "{__proto__: 1, constructor: 2}",
      map(["__proto__", 1n], ["constructor", 2n]),
    ],
    ["JSON", '{"a":["\\u00e9\\/",true,1.5]}', map(["a", ["é/", true, 1.5]])],
    ["aliases", "a: &x [1]\nb: *x\nc: {d: *x}", map(["a", [1n]], ["b", [1n]], ["c", map(["d", [1n]])])],
    ["an anchor that is set again", "[&x 1, *x, &x 2, *x]", [1n, 1n, 2n, 2n]],
  ])("reads %s", (_what, text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each([
    ["a list without end", "a: [1", / at line 1 column 6$/],
    ["indentation by tab", "a:\n\tb: 1", /^Tabs are not allowed as indentation at line 2 column 1$/],
    [
      "two documents",
      "a: 1\n---\nb: 2",
      /^deserializing from YAML containing more than one document is not supported$/,
    ],
    ["tags of its own", "a: !ruby/object {}", /^Unresolved tag: !ruby\/object at line 1 column 4$/],
    ["binary data", "a: !!binary aGk=", /^Unresolved tag/],
    ["nesting without end", "[".repeat(100_000), / at line 1 column \d+$/],
  ])("refuses %s", (_what, text, problem) => {
    expect(readYaml(text)).toEqual({ kind: "syntax", problem: expect.stringMatching(problem) });
  });

  it.each([
    [
      "duplicate keys",
      "a: {b: 1, c: 2, b: 3}",
      ["a|b expected one value, received a second one for the same key"],
    ],
    ["keys that are no strings", "a: [{1: x}]", ["a|0 expected keys that are strings, received 1"]],
    ["keys that are lists", "? [a]\n: b", [" expected keys that are strings, received a collection"]],
    ["infinity", "a: [.inf]", ["a|0 expected a finite number, received .inf"]],
    [
      "a number that no guest can read",
      `a: ${"9".repeat(400)}`,
      [`a expected a finite number, received ${"9".repeat(30)}`],
    ],
    ["no number", "a: .NaN", ["a expected a finite number, received .NaN"]],
    ["an alias without anchor", "a: *x", ["a expected the name of an anchor, received *x"]],
    ["a value that holds itself", "a: &x [*x]", ["a|0 expected the name of an anchor, received *x"]],
  ])("refuses %s", (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it("refuses aliases that make a small text big, and takes no time for it", () => {
    const lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 30; level++) {
      lines.push(
        `l${level}: &l${level} [${Array(10)
          .fill(`*l${level - 1}`)
          .join(", ")}]`,
      );
    }
    expect(problems(lines.join("\n"))[0]).toMatch(
      /expected at most 1000000 values, received more through aliases$/,
    );
  });

  it("reads any JSON document as JSON.parse does", () => {
    const document = fc.jsonValue({ maxDepth: 4 }).filter((json) => !JSON.stringify(json).includes("e+"));
    fc.assert(
      fc.property(document, (json) => {
        const text = JSON.stringify({ json });
        expect(plain(value(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  it("answers any text", () => {
    const word = fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "  ",
      "-",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&x",
      "*x",
      "'",
      '"',
      "|",
      "?",
      "!",
      "%",
      "#",
      "\t",
      "1",
      ",",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(word).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(text, (source) => {
        expect(["value", "syntax"]).toContain(readYaml(source).kind);
      }),
      { numRuns: 500 },
    );
  });
});

function plain(yaml: YamlValue | undefined): unknown {
  if (typeof yaml === "bigint") return Number(yaml);
  if (Array.isArray(yaml)) return yaml.map(plain);
  return yaml instanceof Map
    ? Object.fromEntries(Array.from(yaml, ([key, member]) => [key, plain(member)]))
    : yaml;
}
