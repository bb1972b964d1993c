import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortText } from "./short-text.ts";

describe("shortText", () => {
  it.each([
    ["lines", "a\r\n  b", "a b"],
    ["what a terminal obeys", "\u{1b}[2Jno\u{9b}1m\u{7}", "\u{fffd}[2Jno\u{fffd}1m\u{fffd}"],
    ["what turns the reading order", "a\u{202e}b", "a\u{fffd}b"],
    ["half a character", "a\u{d800}b", "a\u{fffd}b"],
    ["too much", "x".repeat(2000), `${"x".repeat(1023)}…`],
  ])("makes %s harmless", (_row, text, expected) => {
    expect(shortText(text)).toBe(expected);
  });

  it("gives short, well-formed, printable lines", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        const short = shortText(text);
        expect(short.isWellFormed() && short.length <= 1024 && !/[\p{Cc}\p{Cf}]/u.test(short)).toBe(true);
      }),
    );
  });
});
