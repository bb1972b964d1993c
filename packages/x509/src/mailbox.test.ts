import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMailbox } from "./mailbox.ts";

describe("parseMailbox", () => {
  it.each([
    ["jane@example.com", { local: "jane", domain: "example.com" }],
    ["Jane.Doe@EXAMPLE.com", { local: "Jane.Doe", domain: "example.com" }],
    ['"jane doe"@example.com', { local: "jane doe", domain: "example.com" }],
    ['"a\\"b"@example.com', { local: 'a"b', domain: "example.com" }],
    ["a\\@b@example.com", { local: "a@b", domain: "example.com" }],
    ["jane@", { local: "jane", domain: "" }],
    ['""@example.com', { local: "", domain: "example.com" }],
  ])("reads %j", (text, expected) => {
    expect(parseMailbox(text)).toEqual(expected);
  });

  it.each([
    "",
    "jane",
    "@example.com",
    ".jane@a",
    "jane.@a",
    "ja..ne@a",
    "jane@.a",
    "jane@a..b",
    "jane@a.",
    '"jane@a',
    "ja ne@a",
    "jane@a b",
  ])("refuses %j", (text) => {
    expect(parseMailbox(text)).toBeUndefined();
  });

  it("never fails", () => {
    const characters = fc.constantFrom("a", ".", "@", '"', "\\", " ", "\u0000", "é");
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 12 }), (text) => {
        expect(() => parseMailbox(text.join(""))).not.toThrow();
      }),
    );
  });
});
