import { createSemaphore } from "@kubewarden-ts/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerReview, type ReviewAnswer } from "./admit.ts";
import { type AdmissionRoute, admissionRoute } from "./routes.ts";
import { fakeLookUp } from "./testing/fake-look-up.ts";
import * as make from "./testing/objects.ts";
import { admissionContext, review } from "./testing/reviews.ts";

const route = (step: string, kind: string): AdmissionRoute =>
  admissionRoute(`/${step}-policies-kubewarden-io-v1-${kind.toLowerCase()}`)!;
const validatePolicy = route("validate", "AdmissionPolicy");
const { signal } = new AbortController();

function answer(
  where: AdmissionRoute,
  body: string | Uint8Array | undefined,
  { contentType = "application/json", context = admissionContext() } = {},
): Promise<ReviewAnswer> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return answerReview(where, { contentType, body: bytes }, { context, signal, dryRuns: createSemaphore(8) });
}
const create = (object: object) => ({ operation: "CREATE", object });

describe("answers of the webhooks", () => {
  it.each(["v1", "v1beta1"])("answers a review of %s in its own version", async (version) => {
    const { review: answered, code } = await answer(validatePolicy, review(create(make.policy()), version));
    expect(answered).toEqual({
      apiVersion: `admission.k8s.io/${version}`,
      kind: "AdmissionReview",
      response: { uid: "u-1", allowed: true },
    });
    expect(code).toBe(200);
  });

  it("controller 19: the patch holds what defaulting adds and nothing else", async () => {
    const object = make.policy({ policyServer: "" });
    const { review: answered } = await answer(route("mutate", "AdmissionPolicy"), review(create(object)));
    const operations = [
      { op: "add", path: "/spec/policyServer", value: "default" },
      { op: "add", path: "/metadata/finalizers", value: ["kubewarden.io/finalizer"] },
    ];
    const patch = Buffer.from(JSON.stringify(operations)).toString("base64");
    expect(answered).toMatchObject({
      response: { uid: "u-1", allowed: true, patchType: "JSONPatch", patch },
    });
  });

  it("no patch is sent when there is nothing to add", async () => {
    const object = make.policyServer({}, { finalizers: ["kubewarden.io/finalizer"] });
    const { review: answered } = await answer(route("mutate", "PolicyServer"), review(create(object)));
    expect(answered).toMatchObject({ response: { uid: "u-1", allowed: true } });
    expect(JSON.stringify(answered)).not.toContain("patch");
  });

  it("controller 16: a refusal is a Status of the API", async () => {
    const { review: answered, code } = await answer(
      validatePolicy,
      review(create(make.policy({ rules: [] }))),
    );
    expect(answered).toMatchObject({
      response: {
        allowed: false,
        status: {
          code: 422,
          reason: "Invalid",
          message:
            'AdmissionPolicy.policies.kubewarden.io "mine" is invalid: spec.rules: Required value: a value must be specified',
        },
      },
    });
    expect(code).toBe(422);
  });

  it.each(["DELETE", "CONNECT"])("%s is admitted, whatever the object", async (operation) => {
    const { code } = await answer(validatePolicy, review({ operation, oldObject: { broken: true } }));
    expect(code).toBe(200);
  });

  const objectOf = (object: unknown) =>
    JSON.parse(review(create({}))).request && review(create(object as object));
  it.each<[string, string | Uint8Array | undefined, number, string, string?]>([
    ["no body", "", 400, "the body is empty"],
    ["a body that is too long", undefined, 413, "longer than 7340032 bytes"],
    ["another content type", "{}", 400, 'expected application/json, received "text/plain"', "text/plain"],
    ["no JSON", "{", 400, "the body is not JSON"],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), 400, "the body is not JSON"],
    ["a list", "[]", 400, "the body is no AdmissionReview"],
    ["an unknown version", review(create({}), "v2"), 400, "apiVersion"],
    ["no operation", review({ object: make.policy() }), 400, "request.operation"],
    ["no object", review({ operation: "CREATE" }), 400, "request.object: expected an object"],
    ["no old object", review({ operation: "UPDATE", object: make.policy() }), 400, "request.oldObject"],
    ["an object of another kind", objectOf(make.clusterPolicy()), 400, "is a ClusterAdmissionPolicy"],
    ["an object without a name", objectOf({ ...make.policy(), metadata: {} }), 400, "metadata.name"],
    ["a spec of another shape", objectOf(make.policy({ rules: "all" })), 400, "spec.rules"],
  ])("%s is refused", async (_what, body, code, text, contentType = "application/json") => {
    const answered = await answer(validatePolicy, body, { contentType });
    expect(answered.code).toBe(code);
    expect(answered.review).toMatchObject({ response: { allowed: false, status: { code } } });
    expect(JSON.stringify(answered.review)).toContain(JSON.stringify(text).slice(1, -1));
  });

  it.each<[string, unknown]>([
    ["many mistakes", make.policy({ rules: Array.from({ length: 50_000 }, () => 1) })],
    [
      "a long name of a field",
      make.clusterPolicy({ namespaceSelector: { matchLabels: { ["k".repeat(1e6)]: 1 } } }),
    ],
    ["a long value", make.policy({ rules: "x".repeat(1e6) })],
  ])("says little of an object with %s", async (_what, object) => {
    const where = route("validate", (object as { kind: string }).kind);
    const answered = await answer(where, review(create(object as object)));
    expect(answered.code).toBe(400);
    expect(JSON.stringify(answered.review).length).toBeLessThan(2000);
    const instead = await answer(
      where,
      JSON.stringify({ request: { object: 1, uid: 1 }, kind: "x".repeat(1e6) }),
    );
    expect(JSON.stringify(instead.review).length).toBeLessThan(2000);
  });

  it("the answer goes to whoever asked, even when the rest cannot be read", async () => {
    const { review: answered } = await answer(validatePolicy, review({ operation: 7 }, "v1beta1"));
    expect(answered).toMatchObject({ apiVersion: "admission.k8s.io/v1beta1", response: { uid: "u-1" } });
  });

  it("what fails is refused", async () => {
    const lookUp = fakeLookUp();
    const broken = {
      ...admissionContext(lookUp),
      get config(): never {
        throw new Error("out of order");
      },
    };
    const answered = await answer(validatePolicy, review(create(make.policy())), { context: broken });
    expect(answered.review).toMatchObject({
      response: { allowed: false, status: { code: 500, message: expect.stringContaining("out of order") } },
    });
  });

  it("whatever comes in, there is an answer, and no garbage is admitted", async () => {
    const anything = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc
        .record({
          operation: fc.constantFrom("CREATE", "UPDATE"),
          object: fc.object(),
          oldObject: fc.object(),
        })
        .map((request) => new TextEncoder().encode(review(request))),
      fc
        .record({ spec: fc.anything(), metadata: fc.anything() })
        .map((object) => new TextEncoder().encode(review(create({ ...make.policy(), ...object })))),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        const { code } = await answer(validatePolicy, bytes);
        expect([400, 422]).toContain(code);
      }),
      { numRuns: 300 },
    );
  });
});
