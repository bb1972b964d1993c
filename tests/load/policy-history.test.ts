import { expect, it } from "vitest";
import { PolicyHistory } from "./policy-history.ts";

const history = new PolicyHistory();
history.write("r1", 0).applied(10);
history.write("r2", 100).applied(120);
history.write(undefined, 200).applied(220);

it.each([
  ["before a change", 50, 60, 200, "r1", true],
  ["a revision that was not written yet", 50, 60, 200, "r2", false],
  ["the old one, while the new one is put in place", 105, 110, 200, "r1", true],
  ["the new one, while it is put in place", 105, 110, 200, "r2", true],
  ["the old one, after the new one is in place", 130, 140, 200, "r1", false],
  ["the old one, asked before the new one was in place", 119, 300, 200, "r1", true],
  ["a policy that is gone", 230, 240, 404, "unknown policy", true],
  ["a policy that is not gone yet", 130, 140, 404, "unknown policy", false],
  ["an answer of a policy that is gone", 230, 240, 200, "r2", false],
  ["no answer", 50, 60, 0, "socket hang up", false],
  ["an error", 50, 60, 500, "r1", false],
])("%s", (_what, sentMs, endMs, status, text, isRight) => {
  const answer = { target: 0, sentMs, tookMs: endMs - sentMs, status, text };
  expect(history.problemOf(answer) === undefined).toBe(isRight);
});
