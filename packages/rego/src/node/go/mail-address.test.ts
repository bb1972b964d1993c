import { expect, it } from "vitest";
import { isMailAddress } from "./mail-address.ts";

// What Go 1.26 says: whether `mail.ParseAddress` takes a text.
it.each([
  ["a@b", true],
  ["a", false],
  ["a@b c", false],
  ["A B <a@b.c>", true],
  ['"a b"@c', true],
  ["a@[1.2.3.4]", true],
  ["<a@b>", true],
  ["a.b@c", true],
  ["a..b@c", false],
  [".a@b", false],
  ["a@b.", false],
  ["a@é.c", true],
  ["(c) a@b", false],
  ["a@b (c)", true],
  ['"A" <a@b>', true],
  ["a@b, c@d", false],
  ["", false],
  ["=?utf-8?q?x?= <a@b>", true],
  ["a@b\n", false],
] as const)("%j: %s", (text, wanted) => {
  expect(isMailAddress(text)).toBe(wanted);
});
