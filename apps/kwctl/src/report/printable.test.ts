import { expect, it } from "vitest";
import { printable, printableLine } from "./printable.ts";

it.each([
  ["plain text, 😀 ü", "plain text, 😀 ü", "plain text, 😀 ü"],
  ["two\n  lines", "two\n  lines", "two lines"],
  ["\u001b[31mred", "\\u001b[31mred", "\\u001b[31mred"],
  ["a\u202eb\u0007", "a\\u202eb\\u0007", "a\\u202eb\\u0007"],
  ["a\r\nb", "a\\u000d\nb", "a\\u000d b"],
])("%j", (text, shown, line) => {
  expect({ shown: printable(text), line: printableLine(text) }).toEqual({ shown, line });
});
