import { silentLogger } from "@kubewarden-ts/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeEvaluator } from "../testing/fake-evaluator.ts";
import { policyRoutes } from "./policy-routes.ts";
import { readinessRoutes } from "./readiness-routes.ts";
import { dispatch } from "./router.ts";

const routes = policyRoutes({ evaluator: fakeEvaluator(), log: silentLogger });
const post = { method: "POST", contentType: "application/json" };

function answered(target: string, head: Partial<{ method: string; contentType: string | undefined }> = {}) {
  const found = dispatch(routes, { ...post, target, ...head });
  return found.kind === "answer" ? found.response : found.request;
}

describe("dispatch", () => {
  it.each([
    ["/"],
    ["/validate"],
    ["/validate/"],
    ["/validate/a/"],
    ["/validate/a/b"],
    ["/Validate/a"],
    ["//validate/a"],
    ["/x/../validate/a"],
    ["/validate_raw"],
    ["/validat%65/a"],
    ["/readiness"],
    ["/metrics"],
    ["*"],
    [""],
  ])("policy-server 13: answers %j with 404 and an empty body", (target) => {
    expect(answered(target)).toEqual({ status: 404, headers: {}, body: "" });
  });

  it.each([["GET"], ["HEAD"], ["PUT"], ["DELETE"], ["PATCH"], ["OPTIONS"]])(
    "policy-server 13: answers %s on the three routes with 405",
    (method) => {
      for (const target of ["/validate/a", "/audit/a", "/validate_raw/%FF"]) {
        expect(answered(target, { method })).toEqual({ status: 405, headers: { allow: "POST" }, body: "" });
      }
    },
  );

  it.each([
    ["a plain id", "/validate/priv", "priv"],
    ["an encoded letter", "/validate/pri%76", "priv"],
    ["policy-server 49: an encoded slash", "/validate/group%2Fmember", "group/member"],
    ["a plus sign as it is", "/validate/a+b", "a+b"],
    ["UTF-8", "/validate/%C3%BC", "ü"],
    ["an invalid escape as text", "/validate/%zz", "%zz"],
    ["half an escape as text", "/validate/%4", "%4"],
    ["an encoded question mark", "/validate/%3Fx", "?x"],
    ["the absolute form", "http://server.test:3000/validate/a", "a"],
    ["an odd query", "/validate/a?%%%", "a"],
    ["an empty query", "/validate/a?", "a"],
  ])("reads %s", (_row, target, policyId) => {
    expect(answered(target)).toEqual({ policyId });
  });

  it("hands on the caller's deadline", () => {
    expect(answered("/validate/a?timeout=10s")).toEqual({ policyId: "a", timeoutMs: 10_000 });
  });

  it("refuses an id that is not UTF-8, before it looks at the content type", () => {
    expect(answered("/validate/%FF", { contentType: undefined })).toEqual({
      status: 400,
      headers: { "content-type": "application/json" },
      body: '{"message":"Invalid URL: Invalid UTF-8 in `policy_id`","status":400}',
    });
  });

  it("policy-server 13: refuses other content types", () => {
    expect(answered("/validate/a", { contentType: "text/plain" })).toEqual({
      status: 415,
      headers: { "content-type": "application/json" },
      body: '{"message":"Expected request with `Content-Type: application/json`","status":415}',
    });
  });

  it("never fails, whatever the target is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const found = dispatch(routes, { ...post, target: `/validate/${text}` });
        expect(["answer", "handle"]).toContain(found.kind);
      }),
      { numRuns: 100 },
    );
  });
});

describe("readiness routes", () => {
  const readiness = (method: string, target: string) =>
    dispatch(readinessRoutes({ isReady: () => true }), { method, target, contentType: undefined });

  it.each([
    ["GET", "/readiness"],
    ["HEAD", "/readiness"],
    ["GET", "/readiness?x=1"],
  ])("policy-server 35: takes %s %s", (method, target) => {
    expect(readiness(method, target).kind).toBe("handle");
  });

  it.each([
    ["POST", "/readiness", 405, { allow: "GET,HEAD" }],
    ["GET", "/", 404, {}],
    ["GET", "/policies", 404, {}],
    ["GET", "/readiness/", 404, {}],
    ["POST", "/validate/priv", 404, {}],
  ])("policy-server 35: answers %s %s with %i", (method, target, status, headers) => {
    expect(readiness(method, target)).toEqual({ kind: "answer", response: { status, headers, body: "" } });
  });

  it.each([
    ["200 when ready", true, 200],
    ["503 while shutting down", false, 503],
  ])("answers %s, with an empty body", async (_row, ready, status) => {
    const [route] = readinessRoutes({ isReady: () => ready });
    const response = await route?.handle({ policyId: "", body: new Uint8Array() });
    expect(response).toEqual({ status, headers: {}, body: "" });
  });
});
