import { expect, it } from "vitest";
import { readAdmissionReview } from "./review.ts";

it.each([
  ["a long text", "x".repeat(1_000_000)],
  ["a long text cut inside a character", `a${"€".repeat(300_000)}`],
  ["a long number", Number.MAX_VALUE],
])("policy-server 14: %s of the wrong type is named, not sent back whole", (_row, kind) => {
  const body = JSON.stringify({ request: { uid: "u1", kind } });
  const read = readAdmissionReview(new TextEncoder().encode(body));
  if (read.kind !== "malformed") throw new Error("the request was read");
  expect(read.status).toBe(422);
  expect(read.message).toMatch(/request\.kind: invalid type: .+, expected struct GroupVersionKind/);
  expect(read.message.length).toBeLessThan(500);
});
