import { describe, expect, it } from "vitest";
import { wrapText } from "./wrap-text.ts";

describe("wrapText", () => {
  it.each([
    ["a short line", "a b", "a b"],
    ["a long line", "aaaa bbbb cccc", "aaaa bbbb\ncccc"],
    ["a long word", "aaaaaaaaaaaaaaa b", "aaaaaaaaaaaaaaa\nb"],
    ["several lines", "a\n\nb", "a\n\nb"],
    [
      "code as it is",
      "```\naaaa bbbb cccc\n```\naaaa bbbb cccc",
      "```\naaaa bbbb cccc\n```\naaaa bbbb\ncccc",
    ],
    ["indented code as it is", "    aaaa bbbb", "    aaaa bbbb"],
    ["tables as they are", "|aaaa bbbb cccc|", "|aaaa bbbb cccc|"],
  ])("keeps %s", (_row, text, expected) => {
    expect(wrapText(text, 10)).toBe(expected);
  });
});
