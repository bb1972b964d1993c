import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatekeeperResponse } from "./gatekeeper-response.ts";
import { opaResponse } from "./opa-response.ts";

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const opa = (response: unknown) => opaResponse("u1", bytes([{ result: { response } }]));
const gatekeeper = (result: unknown) => gatekeeperResponse("u1", bytes([{ result }]));
const accepted = { uid: "u1", allowed: true, auditAnnotations: null, warnings: null };
const failed = (message: unknown) => ({ ...accepted, allowed: false, status: { message, code: 500 } });

describe("the response of a policy in mode opa", () => {
  it.each<[string, unknown, object]>([
    ["an acceptance, with the uid of the request", { uid: "other", allowed: true }, accepted],
    [
      "a rejection",
      {
        uid: "",
        allowed: false,
        status: { message: "no", code: 403, reason: "Forbidden", status: "Failure" },
      },
      {
        ...accepted,
        allowed: false,
        status: { status: "Failure", message: "no", reason: "Forbidden", code: 403 },
      },
    ],
    [
      "a patch",
      { uid: "", allowed: true, patchType: "JSONPatch", patch: "W10=" },
      { ...accepted, patchType: "JSONPatch", patch: "W10=" },
    ],
    [
      "warnings and annotations",
      { uid: "", allowed: true, warnings: ["w"], auditAnnotations: { k: "v" } },
      { ...accepted, warnings: ["w"], auditAnnotations: { k: "v" } },
    ],
    [
      "details, in both spellings of the time to wait",
      {
        uid: "",
        allowed: false,
        status: { details: { name: "n", causes: [{ message: "c" }], retry_after_seconds: 5 } },
      },
      {
        ...accepted,
        allowed: false,
        status: {
          details: { name: "n", causes: [{ reason: null, message: "c", field: null }], retryAfterSeconds: 5 },
        },
      },
    ],
  ])("policy-runtime 5: passes on %s", (_what, response, expected) => {
    expect(opa(response)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["nothing", []],
    ["no result", [{}]],
    ["a result without response", [{ result: {} }]],
    ["a result of another type", [{ result: true }]],
    ["an object", { result: { response: { uid: "", allowed: true } } }],
  ])("policy-runtime 5: rejects %s", (_what, answer) => {
    expect(opaResponse("u1", bytes(answer))).toEqual(
      failed("internal server error: cannot interpret OPA policy result"),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ["no verdict", { uid: "" }, /^internal server error: allowed: /],
    ["a verdict as text", { uid: "", allowed: "true" }, /allowed: expected boolean, received "true"/],
    ["no uid", { allowed: true }, /uid: /],
    ["another type of patch", { uid: "", allowed: true, patchType: "Merge", patch: "" }, /patchType: /],
    ["a code out of range", { uid: "", allowed: true, status: { code: 70_000 } }, /status\.code: /],
    ["null", null, /expected Object, received null/],
  ])("policy-runtime 5: rejects %s", (_what, response, message) => {
    expect(opa(response)).toEqual(failed(expect.stringMatching(message)));
  });

  it("rejects what is not JSON", () => {
    expect(opaResponse("u1", bytes("{"))).toEqual(failed(expect.stringMatching(/^internal server error: /)));
  });
});

describe("the response of a policy in mode gatekeeper", () => {
  it.each<[string, unknown, object]>([
    ["no violation", [], accepted],
    ["two violations", [{ msg: "a", details: {} }, { msg: "b" }], { message: "a, b" }],
    ["a violation without words", [{ details: 1 }], { message: "" }],
  ])("policy-runtime 5: %s", (_what, result, expected) => {
    expect(gatekeeper(result)).toEqual(
      "message" in expected ? { ...accepted, allowed: false, status: expected } : expected,
    );
  });

  it.each<[string, unknown]>([
    ["no result set", []],
    ["no result", [{}]],
    ["a result that is no list", [{ result: {} }]],
    ["a violation that is no object", [{ result: ["denied"] }]],
    ["a message that is no text", [{ result: [{ msg: 5 }] }]],
    ["an object", {}],
    ["null", null],
  ])("policy-runtime 49: rejects %s", (_what, answer) => {
    const message = expect.stringMatching(
      /^internal server error: cannot interpret Gatekeeper policy result: /,
    );
    expect(gatekeeperResponse("u1", bytes(answer))).toEqual(failed(message));
  });
});

describe("any result of a Rego policy", () => {
  it("policy-runtime 49: accepts only by its exact words", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const answers = [opaResponse("u1", bytes(text)), gatekeeperResponse("u1", bytes(text))];
        for (const { allowed, status } of answers) {
          if (!allowed) expect(status?.message).toEqual(expect.any(String));
          else expect(text).toMatch(/result/);
        }
      }),
    );
  });
});
