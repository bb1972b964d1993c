import { describe, expect, it } from "vitest";
import { messageProblems } from "./check-expectation.ts";
import { matchInTime } from "./match-in-time.ts";

const long = `${"a".repeat(64)}!`;

describe("a regular expression of a suite", () => {
  it.each([
    ["that matches", "^not \\w+$", "not allowed", "match"],
    ["that does not", "^not \\w+$", "allowed", "no-match"],
    ["that looks ahead", "^(?!no)", "yes", "match"],
    ["that refers back", "^(.)\\1$", "aa", "match"],
    ["of code points", "^\\u{1f600}.$", "😀😀", "match"],
    ["that tries all ways to divide a text", "^(a+)+$", long, "timed-out"],
    ["that tries all alternatives", "^(a|a)*$", long, "timed-out"],
  ])("has an answer, %s", (_what, pattern, text, answer) => {
    expect(matchInTime(pattern, text, 50)).toBe(answer);
  });

  it("is no match when nobody knows, and the problem says what to change", () => {
    expect(messageProblems({ matches: "^(a+)+$" }, long)).toEqual([
      'message: the search for a match of "^(a+)+$" takes too long: avoid repetitions inside of repetitions, or use contains',
    ]);
  });
});
