import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import { describe, expect, it } from "vitest";
import { accepted, fakeEvaluator } from "../testing/fake-evaluator.ts";
import { admissionHandler, batchHandler, policyRoutes, rawHandler } from "./policy-routes.ts";

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

describe("batchHandler", () => {
  const batch = (policies: readonly string[]) => ({
    policyId: "",
    body: Buffer.from(JSON.stringify({ request: {}, policies })),
  });
  const ask = (policies: readonly string[], answer: Parameters<typeof fakeEvaluator>[0]) =>
    batchHandler({ evaluator: fakeEvaluator(answer), log: silentLogger })(batch(policies));
  const read = { capability: "kubernetes/get_resource", apiVersion: "v1", kind: "Namespace", name: "a" };

  it("answers with what each policy said and read, in the order asked", async () => {
    const { status, body } = await ask(["b", "a"], ({ policyId }) =>
      policyId === "a" ? accepted() : { ...accepted({ allowed: false }), reads: [read] },
    );
    const response = { uid: "u1", allowed: true, auditAnnotations: null, warnings: null };
    expect([status, JSON.parse(body)]).toEqual([
      200,
      {
        results: [
          { policy: "b", revision: "of b", reads: [read], response: { ...response, allowed: false } },
          { policy: "a", revision: "of a", reads: [], response },
        ],
      },
    ]);
  });

  it("says of a policy without a verdict why, and answers for the others", async () => {
    const { status, body } = await ask(["lost", "broken", "a"], ({ policyId }) => {
      if (policyId === "a") return accepted();
      if (policyId === "lost") return { kind: "unknown-policy" };
      return { kind: "failed", error: new Error("secret detail") };
    });
    expect([status, JSON.parse(body).results]).toEqual([
      200,
      [
        { policy: "lost", revision: "of lost", error: { message: "unknown policy: lost", status: 404 } },
        { policy: "broken", revision: "of broken", error: { message: "Something went wrong", status: 500 } },
        expect.objectContaining({ policy: "a" }),
      ],
    ]);
  });

  it.each([
    ["a request that is none", ["a"], { kind: "malformed", status: 422, message: "no uid" }, "no uid"],
    ["too many policies", Array<string>(1001).fill("a"), accepted(), "1001 are more than 1000"],
  ] as const)("refuses %s", async (_what, policies, evaluation, message) => {
    const response = await ask(policies, () => evaluation);
    expect([response.status, JSON.parse(response.body)]).toEqual([
      422,
      { status: 422, message: expect.stringContaining(message) },
    ]);
  });

  it("refuses a body without a list of policies", async () => {
    const evaluator = fakeEvaluator();
    const response = await batchHandler({ evaluator, log: silentLogger })(request);
    expect([response.status, evaluator.calls]).toEqual([422, []]);
  });
});

it("every answer of an audit tells that batches are taken", async () => {
  const routes = policyRoutes({ evaluator: fakeEvaluator(), log: silentLogger });
  const headers = await Promise.all(
    routes
      .filter(({ parameter }) => parameter === "policy-id")
      .map(async ({ path, handle }) => [path, (await handle(request)).headers["kubewarden-ts-batch"]]),
  );
  expect(headers).toEqual([
    ["/validate", undefined],
    ["/audit", "1"],
    ["/validate_raw", undefined],
  ]);
});
