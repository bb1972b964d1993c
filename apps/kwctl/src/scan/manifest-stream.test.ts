import { stringifyLossless } from "@kubewarden-ts/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readManifestStream } from "./manifest-stream.ts";

/** Each document as JSON, each fault with its place. */
function read(text: string): string[] {
  return readManifestStream(text).map((entry) =>
    entry.kind === "document"
      ? stringifyLossless(entry.value)
      : `${entry.line}:${entry.column} ${entry.message}`,
  );
}

const tenTimes = (item: string): string => Array<string>(10).fill(item).join(", ");

/** Each level holds the one before it ten times: a million values and more in a few lines. */
const bomb = [
  "a: &a [x]",
  ...[..."bcdefgh"].map((name, index) => `${name}: &${name} [${tenTimes(`*${"abcdefg"[index]}`)}]`),
].join("\n");

describe("readManifestStream", () => {
  it.each<[string, string, string[]]>([
    ["nothing", "", []],
    ["empty documents", "---\n# only\n---\na: 1\n---\n~\n", ['{"a":1}']],
    [
      "numbers as they stand",
      "a: 9007199254740993\nb: 1.0\nc: 1e2",
      ['{"a":9007199254740993,"b":1.0,"c":1e2}'],
    ],
    ["booleans as kubectl does", "a: yes\nb: 'yes'\nc: !!str yes", ['{"a":true,"b":"yes","c":"yes"}']],
    ["block texts", "a: |\n  1\nb: >-\n  yes", ['{"a":"1\\n","b":"yes"}']],
    ["keys that are no texts", "1: a\non: b", ['{"1":"a","true":"b"}']],
    ["merge keys", "b: &b {v: 1, w: 2}\nc: {<<: *b, v: 3}", ['{"b":{"v":1,"w":2},"c":{"v":3,"w":2}}']],
    [
      "lists of merges",
      "- &a {v: 1}\n- &b {v: 2, w: 3}\n- {<<: [*a, *b]}",
      ['[{"v":1},{"v":2,"w":3},{"v":1,"w":3}]'],
    ],
    ["a prototype as a key", "__proto__: {a: 1}", ['{"__proto__":{"a":1}}']],
    ["JSON", '{"a": [1, "\\ud83d\\ude00", null, true]}', ['{"a":[1,"😀",null,true]}']],
    ["a version directive", "%YAML 1.1\n---\na: 0644\n", ['{"a":420}']],
  ])("reads %s", (_row, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ["syntax", "a: 1\nb: [", /^2:\d+ /],
    ["a key that stands twice", "a: 1\nb:\n  c: 1\n  c: 2", /^4:3 the key "c" stands twice in one mapping$/],
    ["a key that is another's boolean", "true: 1\non: 2", /^2:1 the key "true" stands twice/],
    ["a collection as key", "? [a]\n: b", /expected a key that is a text/],
    ["infinity", "a: .inf", /^1:4 expected a finite number, received \.inf$/],
    ["unknown tags", "a: !!python/object {}", /^1:\d+ the tag !!python\/object has no meaning here$/],
    ["tags of its own", "a: !secret x", /the tag !secret has no meaning here$/],
    ["an alias to nothing", "a: *b", /Unresolved alias|no value before it is called \*b$/],
    ["a value within itself", "a: &x [*x]", /no value before it is called \*x$/],
    ["a merge of a text", "a: &x y\nb: {<<: *x}", /the merge key << takes mappings$/],
    ["more values than memory bears", bomb, /more than 1000000 values, aliases replaced$/],
    ["nesting", `a: ${"[".repeat(201)}${"]".repeat(201)}`, /values nested more than 200 deep$/],
    ["nesting beyond the parser", "[".repeat(1_000_000), /values nested more than 200 deep$/],
    [
      "nesting through aliases",
      `a: &a ${"[".repeat(150)}${"]".repeat(150)}\nb: ${"[".repeat(60)}*a${"]".repeat(60)}`,
      /values nested more than 200 deep$/,
    ],
  ])("refuses %s", (_row, text, fault) => {
    expect(read(text).join("\n")).toMatch(fault);
  });

  it("reads on after a document that cannot be used", () => {
    expect(read("a: 1\n---\nb: !x y\n---\nc: 1\n")).toEqual([
      '{"a":1}',
      "3:7 the tag !x has no meaning here",
      '{"c":1}',
    ]);
  });

  it.each<[string, (string | number)[], object]>([
    ["the document", [], { line: 3, column: 1, matched: 0 }],
    ["a member", ["spec", "b"], { line: 6, column: 3, matched: 2 }],
    ["an item", ["spec", "list", 1], { line: 9, column: 5, matched: 3 }],
    ["a member of an item", ["spec", "list", 1, "x"], { line: 9, column: 5, matched: 4 }],
    ["what is not there", ["spec", "b", "c"], { line: 6, column: 3, matched: 2 }],
  ])("finds %s", (_row, path, position) => {
    const text = "# chart\n---\nkind: A\nspec:\n  a: 1\n  b: 2\n  list:\n  - x: 1\n  - x: 2\n";
    const [entry] = readManifestStream(text);
    expect(entry?.kind === "document" && entry.locate(path)).toEqual(
      path.length > 2 ? { ...position, column: expect.any(Number) } : position,
    );
  });

  it("knows the template that Helm names", () => {
    const names = ["web/templates/deployment.yaml", "web/charts/db/templates/service.yaml"];
    const text = names.map((name) => `---\n# Source: ${name}\nkind: A\n`).join("");
    expect(readManifestStream(text)).toMatchObject(names.map((source) => ({ source })));
  });

  it("reads or refuses any text, and reads JSON as JSON", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."-[]{}:&*!|>'\"a1 \n?,#<.") }));
    fc.assert(
      fc.property(text, (text) => {
        for (const entry of readManifestStream(text)) {
          if (entry.kind === "document") JSON.parse(stringifyLossless(entry.value));
          else expect(entry.message).not.toContain("undefined");
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(read(text).map((document) => JSON.parse(document))).toEqual([JSON.parse(text)]);
      }),
      { numRuns: 200 },
    );
  });
});
