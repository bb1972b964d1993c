import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { re2, re2Pattern } from "./re2.ts";

describe("re2", () => {
  it.each([
    ["cc-\\d+", "xxcc-42yy", true],
    ["^cc-\\d+$", "xxcc-42yy", false],
    ["[[:lower:]]+", "A", false],
    ["(?i)^team$", "TEAM", true],
    ["^\\p{L}+$", "größe", true],
    ["^.$", "🚀", true],
  ])("%s in %s: %s", (pattern, text, expected) => {
    expect(re2(pattern).search(text)).toBe(expected);
  });

  it("takes linear time", () => {
    expect(re2("^(a+)+$").search(`${"a".repeat(10_000)}!`)).toBe(false);
  });

  it("reads patterns of settings, and says what is wrong with one", () => {
    const schema = re2Pattern((problem) => `bad pattern: ${problem}`);
    expect(v.parse(schema, "^a").search("ab")).toBe(true);
    const result = v.safeParse(schema, "(");
    expect(result.issues?.map(({ message }) => message)).toEqual([
      "bad pattern: error parsing regexp: missing closing ): `(`",
    ]);
  });
});
