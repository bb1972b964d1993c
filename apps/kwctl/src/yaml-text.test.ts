import { isPrintable } from "@kubewarden-ts/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

describe("YAML of commands", () => {
  it.each<[string, unknown, string]>([
    ["a plain text", "text", "text\n"],
    ["a text of several lines", "a\nb\n", "|\na\nb\n"],
    ["a word that older YAML takes for a truth value", "yes", "'yes'\n"],
    ["a list below a key", { a: ["", 1] }, "a:\n- ''\n- 1\n"],
    ["what moves a cursor", "a\u001b[2J", '"a\\e[2J"\n'],
    ["control characters of eight bits", "a\u009b2J", '"a\\u009b2J"\n'],
    ["what turns a direction", { "k\u202e": "v\u202e" }, '"k\\u202e": "v\\u202e"\n'],
    ["that in several lines", "a\nb\u202e\n", '"a\\nb\\u202e\\n"\n'],
  ])("kwctl-and-oci 7: has %s", (_what, value, text) => {
    expect(yamlText(value)).toBe(text);
  });

  it("kwctl-and-oci 7: is what it was made of, and nothing that a terminal obeys", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(text, fc.array(text))), (value) => {
        const written = yamlText(value);
        expect(isPrintable(written)).toBe(true);
        expect(parse(written)).toEqual({ ...value });
      }),
      { numRuns: 30 },
    );
  });
});
