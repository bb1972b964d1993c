import { describe, expect, it } from "vitest";
import { quoted } from "./quoted.ts";

describe("texts in quotation marks", () => {
  it.each([
    ["plain text, é, 漢, 😀", '"plain text, é, 漢, 😀"'],
    ['"\\', '"\\"\\\\"'],
    ["\n\t\r\u0007\u0000\u007f", '"\\n\\t\\r\\a\\x00\\x7f"'],
    ["\u00a0\u2028\u202e", '"\\u00a0\\u2028\\u202e"'],
    ["\u{e0001}", '"\\U000e0001"'],
  ])("%j is %s", (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });
});
