import fc from "fast-check";
import { expect, it } from "vitest";
import { isPrintable, printable, printableLine } from "./printable.ts";

it.each([
  ["plain text, 😀 ü", "plain text, 😀 ü", "plain text, 😀 ü"],
  ["two\n  lines", "two\n  lines", "two lines"],
  ["\u001b[31mred", "\\u001b[31mred", "\\u001b[31mred"],
  ["a\u202eb\u0007", "a\\u202eb\\u0007", "a\\u202eb\\u0007"],
  ["\u009b31m\u200f", "\\u009b31m\\u200f", "\\u009b31m\\u200f"],
  ["a\r\nb", "a\\u000d\nb", "a\\u000d b"],
])("%j", (text, shown, line) => {
  expect({ shown: printable(text), line: printableLine(text) }).toEqual({ shown, line });
  expect(isPrintable(text)).toBe(text === shown);
});

it("leaves JSON what it was", () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: "binary" }), (json, text) => {
      const shown = printable(JSON.stringify([json, text]));
      expect(isPrintable(shown)).toBe(true);
      expect(JSON.parse(shown)).toEqual([json, text]);
    }),
  );
});
