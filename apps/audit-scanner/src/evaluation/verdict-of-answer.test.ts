import { describe, expect, it } from "vitest";
import { answerOf } from "./answer.ts";
import { readReview } from "./policy-answer.ts";
import { question } from "./testing/questions.ts";
import { verdictOfAnswer } from "./verdict-of-answer.ts";

function verdictOf(response: object, policy = "clusterwide-p") {
  const asked = question(policy, "http://server.test");
  const answer = answerOf(readReview(JSON.stringify({ response })), "uid");
  const { policy: _, operation, atMs, ...rest } = verdictOfAnswer(asked, answer, 5);
  expect([operation, atMs]).toEqual(["CREATE", 5]);
  return rest;
}
const base64 = (text: string) => Buffer.from(text).toString("base64");
const cause = (field: string | null, message: string | null) => ({ field, message, reason: null });

describe("audit-and-reports 2.9: what an answer means", () => {
  it.each<[string, object, object]>([
    ["accepted", { allowed: true }, { result: "pass", message: "" }],
    [
      "accepted with a message",
      { allowed: true, status: { message: "m" } },
      { result: "pass", message: "m" },
    ],
    ["rejected", { allowed: false, status: { message: "no" } }, { result: "fail", message: "no" }],
    ["rejected without a word", { allowed: false }, { result: "fail", message: "" }],
    [
      "rejected, null everywhere",
      { uid: null, allowed: false, patch: null, status: null },
      { result: "fail", message: "" },
    ],
    [
      "rejected with a code of its own",
      { allowed: false, status: { message: "no", code: 429 } },
      { result: "fail", message: "no" },
    ],
    [
      "code 500, whatever is allowed",
      { allowed: true, status: { message: "boom", code: 500 } },
      { result: "error", message: "boom" },
    ],
    [
      "code 500 without a word",
      { allowed: false, status: { code: 500 } },
      {
        result: "error",
        message: "the policy could not be evaluated, and the policy server does not say why",
      },
    ],
    [
      "audit falls short 19: accepted, with a patch",
      { allowed: true, patchType: "JSONPatch", patch: base64('[{"op":"remove","path":"/a"}]') },
      { result: "pass", message: "", mutationPending: true },
    ],
    [
      "accepted, with a patch of nothing",
      { allowed: true, patch: base64("[ ]") },
      { result: "pass", message: "" },
    ],
    [
      "rejected, with a patch",
      { allowed: false, patch: base64('[{"op":"remove","path":"/a"}]') },
      { result: "fail", message: "" },
    ],
    [
      "rejected with causes",
      {
        allowed: false,
        status: { message: "no", details: { causes: [cause("spec.a", "bad"), cause(null, "worse")] } },
      },
      { result: "fail", message: "no (spec.a: bad; worse)" },
    ],
    [
      "causes that say the same, or nothing",
      {
        allowed: false,
        status: { message: "no", details: { causes: [cause(null, "no"), cause(null, null)] } },
      },
      { result: "fail", message: "no" },
    ],
    [
      "causes without a message",
      { allowed: false, status: { details: { causes: [cause("spec.a", "bad")] } } },
      { result: "fail", message: "spec.a: bad" },
    ],
  ])("%s", (_row, response, expected) => {
    expect(verdictOf(response)).toEqual(expected);
  });
});

describe("audit-and-reports 32: a policy group", () => {
  const causes = [cause("spec.policies.signed", "no signature"), cause("spec.policies.small", null)];
  const status = { message: "not here", details: { causes } };

  it("names the members that refused, and why", () => {
    expect(verdictOf({ allowed: false, status }, "namespaced-group-n-g")).toEqual({
      result: "fail",
      message: "not here (signed: no signature; small)",
      failedMembers: { signed: "no signature", small: "" },
    });
  });

  it("has no failed members when it passes", () => {
    expect(verdictOf({ allowed: true, status }, "namespaced-group-n-g")).not.toHaveProperty("failedMembers");
  });

  it("only groups have members", () => {
    expect(verdictOf({ allowed: false, status })).not.toHaveProperty("failedMembers");
  });
});
