import { expect, it } from "vitest";
import type { RequestProblem } from "./read-request.ts";
import { readAdmissionReview } from "./review.ts";

function problemOf(body: string): RequestProblem {
  const read = readAdmissionReview(new TextEncoder().encode(body));
  if (read.kind === "malformed") return read;
  throw new Error("the request was read");
}

it.each([
  ["a long text", "x".repeat(1_000_000)],
  ["a long text cut inside a character", `a${"€".repeat(300_000)}`],
  ["a long number", Number.MAX_VALUE],
])("policy-server 14: %s of the wrong type is named, not sent back whole", (_row, kind) => {
  const { status, message } = problemOf(JSON.stringify({ request: { uid: "u1", kind } }));
  expect(status).toBe(422);
  expect(message).toMatch(/request\.kind: invalid type: .+, expected struct GroupVersionKind/);
  expect(message.length).toBeLessThan(500);
});

const long = "😀".repeat(250_000);
const inExtra = `{"request":{"userInfo":{"extra":{"${long}":1}}}}`;
it.each([
  ["before what is no JSON", `{"request":{"object":{"${long}":x}}}`, 400, "expected value"],
  [
    "in one object after the other",
    `{"request":${`{"${long.slice(0, 9000)}":`.repeat(50)}x`,
    400,
    "expected value",
  ],
  ["before what has the wrong type", inExtra, 422, "invalid type: integer `1`, expected a sequence"],
])("policy-server 13, 14: a long key %s is named by its beginning", (_row, body, expected, problem) => {
  const { status, message } = problemOf(body);
  expect(status).toBe(expected);
  expect(message).toMatch(/: request\.(?:object\.|userInfo\.extra\.)?(?:😀){900}/u);
  expect(message).toContain(`…: ${problem} at line 1 column `);
  expect(message.length).toBeLessThan(2500);
  expect(message.isWellFormed()).toBe(true);
});
