import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, answerOf, batchAnswer, failure, httpFailure } from "./answer.ts";
import { readBatch, readReview } from "./policy-answer.ts";
import { question } from "./testing/questions.ts";
import { verdictOfAnswer } from "./verdict-of-answer.ts";

const oneOf = <T>(...values: T[]) => fc.constantFrom<T>(...values);
const status = fc.record(
  {
    code: oneOf<unknown>(200, 429, 500, "500", null),
    message: oneOf<unknown>("m", "", null, 7),
    reason: oneOf<unknown>("TooManyRequests", null, 1),
    details: fc.oneof(
      fc.anything(),
      fc.record({
        causes: fc.array(
          fc.record({ field: oneOf("spec.policies.a", "__proto__", null), message: oneOf("x", null) }),
        ),
      }),
    ),
  },
  { requiredKeys: [] },
);
const response = fc.record(
  {
    uid: oneOf<unknown>("", "uid", "other", null, 1),
    allowed: oneOf<unknown>(true, false, "true", 1, null),
    patch: oneOf<unknown>("W10=", "W3t9XQ==", "", null, {}),
    status: fc.oneof(status, oneOf(null, "no")),
  },
  { requiredKeys: [] },
);
const result = fc.record(
  {
    policy: oneOf<unknown>("p", "q", 1),
    revision: oneOf<unknown>("r", 1),
    reads: fc.oneof(fc.array(fc.dictionary(fc.string(), fc.string())), fc.anything()),
    response: fc.oneof(response, fc.anything()),
    error: oneOf<unknown>({ message: "m", status: 404 }, {}, "x"),
  },
  { requiredKeys: [] },
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json(),
  response.map((value) => JSON.stringify({ response: value })),
  fc.array(fc.oneof(result, fc.anything()), { maxLength: 2 }).map((results) => JSON.stringify({ results })),
);

const asked = ["clusterwide-p", "namespaced-group-n-g"].map((name) => question(name, "http://server.test"));

function check(answer: Answer, body: string): void {
  for (const each of asked) {
    const { result: said, message } = verdictOfAnswer(each, answer, 0);
    if (said === "error") expect(message).not.toBe("");
    else expect(body).toContain(said === "pass" ? '"allowed":true' : '"allowed":false');
  }
}

describe("audit-and-reports 11: answers of any shape", () => {
  it("are a verdict of the server or an error with its cause", () => {
    fc.assert(
      fc.property(text, (body) => {
        const spaceless = body.replaceAll(/\s/g, "");
        check(answerOf(readReview(body), "uid"), spaceless);
        const batch = readBatch(body);
        if (batch.kind === "odd") return check(failure(batch.problem), spaceless);
        for (const each of [...batch.value, undefined]) {
          check(batchAnswer(each, { policyId: "p", uid: "uid" }), spaceless);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("with any status are failures in one line", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), text, (code, body) => {
        const { text: said } = httpFailure({ status: code, headers: {}, body });
        expect(said).toContain(`HTTP ${code}`);
        expect(said).not.toMatch(/[\n\r\u0000]/);
        expect(said.isWellFormed()).toBe(true);
      }),
    );
  });
});
