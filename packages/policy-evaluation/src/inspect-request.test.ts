import { describe, expect, it } from "vitest";
import { json, review } from "../fixtures/text-policies.ts";
import { inspectRequest } from "./inspect-request.ts";

const nobody = { run: () => Promise.reject(new Error("a worker was asked")) };
const deps = { pool: nobody, inspectorKey: 1, alwaysAcceptNamespace: "kubewarden" };
const large = { object: { text: "x".repeat(200 * 1024) } };

describe("inspectRequest", () => {
  it.each([
    ["a review", "review", review(), { kind: "request", uid: "u1", alwaysAccepted: false }],
    [
      "one of the namespace that is always accepted",
      "review",
      review({ namespace: "kubewarden" }),
      { kind: "request", uid: "u1", alwaysAccepted: true },
    ],
    [
      "a raw request, which has no namespace",
      "raw",
      json({ request: { uid: "r", namespace: "kubewarden" } }),
      { kind: "request", uid: "r", alwaysAccepted: false },
    ],
    ["a body that holds none", "review", json({}), { kind: "malformed", status: 422 }],
  ] as const)("reads %s in this thread", async (_what, form, body, wanted) => {
    expect(await inspectRequest({ form, body }, deps)).toMatchObject(wanted);
  });

  it("has a worker read a large one, which would hold up everybody else", async () => {
    const request = { kind: "request", uid: "large", alwaysAccepted: false } as const;
    const pool = { run: async () => ({ kind: "answer", answer: request }) as const };
    expect(await inspectRequest({ form: "review", body: review(large) }, { ...deps, pool })).toBe(request);
  });

  it.each([
    { kind: "timed-out", begun: false },
    { kind: "shed" },
    { kind: "failed", message: "a worker died" },
  ] as const)("reads it all the same when no worker does: $kind", async (ended) => {
    const pool = { run: async () => ended };
    const inspected = await inspectRequest({ form: "review", body: review(large) }, { ...deps, pool });
    expect(inspected).toMatchObject({ kind: "request", uid: "u1" });
  });
});
