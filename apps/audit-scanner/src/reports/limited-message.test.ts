import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutMark, limitedMessage, maxMessageBytes } from "./limited-message.ts";

describe("limitedMessage", () => {
  it.each([
    ["nothing", "", ""],
    ["a message", "no", "no"],
    ["one that just fits", "x".repeat(4096), "x".repeat(4096)],
    ["one byte too many", "x".repeat(4097), `${"x".repeat(4086)} … (cut)`],
    ["half a character", "\ud800", "\ufffd"],
    [
      "a character that does not fit whole",
      `${"x".repeat(4085)}${"😀".repeat(9)}`,
      `${"x".repeat(4085)} … (cut)`,
    ],
  ])("audit-and-reports 25: takes %s", (_row, message, expected) => {
    expect(limitedMessage(message)).toBe(expected);
  });

  it("audit-and-reports 25: is a text of at most 4 KiB that stays as it is, whatever the message", () => {
    const unit = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)); // halves of characters too
    const part = fc.tuple(fc.string({ unit, maxLength: 5 }), fc.nat({ max: 1000 }));
    const messages = fc
      .array(part, { maxLength: 3 })
      .map((parts) => parts.map(([text, n]) => text.repeat(n)).join(""));
    fc.assert(
      fc.property(messages, (message) => {
        const limited = limitedMessage(message);
        expect(Buffer.byteLength(limited)).toBeLessThanOrEqual(maxMessageBytes);
        if (limited !== message.toWellFormed()) {
          expect(message.toWellFormed().startsWith(limited.slice(0, -cutMark.length))).toBe(true);
        }
        expect(limitedMessage(limited)).toBe(limited);
      }),
      { numRuns: 100 },
    );
  });
});
