import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import { describe, expect, it } from "vitest";
import { accepted, fakeEvaluator } from "../testing/fake-evaluator.ts";
import { admissionHandler, rawHandler } from "./policy-routes.ts";

const request = { policyId: "psp", body: Buffer.from("{}") };

async function validate(evaluation: Evaluation) {
  const evaluator = fakeEvaluator(() => evaluation);
  return admissionHandler("validate", { evaluator, log: silentLogger })(request);
}

describe("admissionHandler", () => {
  it("policy-server 1: answers a rejection with all keys in upstream's order", async () => {
    const response = await validate({
      kind: "response",
      response: {
        warnings: null,
        auditAnnotations: null,
        status: {
          code: 400,
          message: "no",
          details: { causes: [{ field: "spec.policies.a", message: null, reason: null }] },
        },
        allowed: false,
        uid: "u1",
      },
    });
    expect(response).toEqual({
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":false,"status":{"message":"no","details":{"causes":[{"reason":null,"message":null,"field":"spec.policies.a"}]},"code":400},"auditAnnotations":null,"warnings":null}}',
    });
  });

  it("answers a patch before the status, annotations and warnings last", async () => {
    const response = await validate(
      accepted({ warnings: ["w"], auditAnnotations: { a: "b" }, patch: "W10=", patchType: "JSONPatch" }),
    );
    expect(response.body).toBe(
      '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u1","allowed":true,"patchType":"JSONPatch","patch":"W10=","auditAnnotations":{"a":"b"},"warnings":["w"]}}',
    );
  });

  it("leaves out empty causes and keeps the empty details of a group", async () => {
    const response = await validate(
      accepted({ allowed: false, status: { message: "m", details: { causes: [] } } }),
    );
    expect(response.body).toContain('"status":{"message":"m","details":{}}');
  });

  it.each([
    ["policy-server 12: an unknown policy", { kind: "unknown-policy" as const }, 404, "unknown policy: psp"],
    [
      "a malformed body",
      { kind: "malformed" as const, status: 422 as const, message: "missing field `request`" },
      422,
      "missing field `request`",
    ],
    ["an invalid id", { kind: "invalid-policy-id" as const }, 500, "Something went wrong"],
    [
      "a failed evaluation",
      { kind: "failed" as const, error: new Error("secret detail") },
      500,
      "Something went wrong",
    ],
  ])("answers %s with a JSON error", async (_row, evaluation, status, message) => {
    const response = await validate(evaluation);
    expect(response).toEqual({
      status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message, status }),
    });
  });

  it.each([["a rejected promise", () => Promise.reject(new Error("worker died"))]])(
    "answers %s with 500 and logs the detail",
    async (_row, answer) => {
      const lines: LogLine[] = [];
      const log = createLogger({ level: "error", target: "test", write: (line) => lines.push(line) });
      const handler = admissionHandler("audit", { evaluator: fakeEvaluator(answer), log });
      expect((await handler(request)).status).toBe(500);
      expect(lines.map(({ message }) => message)).toEqual(["Evaluation error: worker died"]);
    },
  );

  it("hands on origin, id, body bytes and deadline, and parses nothing", async () => {
    const evaluator = fakeEvaluator();
    const body = Buffer.from("not JSON");
    await admissionHandler("audit", { evaluator, log: silentLogger })({
      policyId: "g/m",
      body,
      timeoutMs: 5,
    });
    expect(evaluator.calls).toEqual([
      { origin: "audit", policyId: "g/m", body: "not JSON", options: { timeoutMs: 5 } },
    ]);
  });
});

describe("rawHandler", () => {
  it("policy-server 38: answers without kind and apiVersion", async () => {
    const evaluator = fakeEvaluator(() => accepted({ uid: "" }));
    const response = await rawHandler({ evaluator, log: silentLogger })(request);
    expect(response.body).toBe(
      '{"response":{"uid":"","allowed":true,"auditAnnotations":null,"warnings":null}}',
    );
  });
});
