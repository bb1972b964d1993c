import { ProtocolError } from "@kubewarden-ts/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDeepDocument, skipChecked } from "./deep-document.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function accepts(text: string): boolean {
  try {
    checkDeepDocument(encode(text));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Whether `JSON.parse` takes it, and every number of it is one that a double can hold. */
function parses(text: string): boolean {
  let finite = true;
  try {
    JSON.parse(text, (_key, value) => {
      if (typeof value === "number" && !Number.isFinite(value)) finite = false;
      return value;
    });
    return finite;
  } catch {
    return false;
  }
}

const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}1${"]}".repeat(depth / 2)}`;

describe("checkDeepDocument", () => {
  it.each([
    ["as deep as the API server takes", 10_000, true],
    ["deeper than any answer", 10_102, false],
  ])("judges a document %s", (_row, depth, expected) => {
    expect(accepts(nested(depth))).toBe(expected);
  });

  it.each([
    ...["{}", "[]", ' {"a" : [ ] , "b":{}} ', "1", '"x"', "null", '[{"a":1},[2]]'],
    ...["", "{", "[", '{"a"', '{"a":', '{"a":1', "[1", "[1,", '{"a":1,}', "[1,]", "{1:2}", '{"a" 1}'],
    ...["[1 2]", '{"a":1 "b":2}', "{]", "[}", "{} {}", '{"a":1]', "[1}", "]", ","],
  ])("accepts %j when JSON.parse does", (text) => {
    expect(accepts(text)).toBe(parses(text));
  });

  it("agrees with JSON.parse on any text, whole and spoiled", () => {
    const spoiled = fc
      .tuple(fc.json({ maxDepth: 6 }), fc.nat(), fc.constantFrom(...'[]{},:"1 '))
      .map(
        ([text, at, sign]) =>
          text.slice(0, at % (text.length + 1)) + sign + text.slice(at % (text.length + 1)),
      );
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 6 }), spoiled), (text) => accepts(text) === parses(text)),
      { numRuns: 500 },
    );
  });
});

describe("skipChecked", () => {
  it("finds the end of any value that stands in a list", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const bytes = encode(`[${text}]`);
        return skipChecked(bytes, 1) === bytes.length - 1;
      }),
      { numRuns: 200 },
    );
  });

  it("finds the end of one that is nested ten thousand times", () => {
    const bytes = encode(nested(10_000));
    expect(skipChecked(bytes, 0)).toBe(bytes.length);
  });
});
