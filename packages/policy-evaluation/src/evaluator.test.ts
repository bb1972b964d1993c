import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepted, guest, rejected, start, timeoutText, validate } from "../fixtures/evaluator.ts";
import { json, review } from "../fixtures/text-policies.ts";
import type { Evaluator } from "./evaluator.ts";

const setAToTwo = btoa('[{"op":"replace","path":"/a","value":2}]');
const mutationRefused = (id: string) =>
  `Request rejected by policy ${id}. The policy attempted to mutate the request, but it is currently configured to not allow mutations.`;
const mutationInGroup = "mutation is not allowed inside of policy group";

describe("an evaluator", () => {
  let evaluator: Evaluator;
  const lines: LogLine[] = [];
  beforeAll(async () => {
    const policies = {
      accept: guest("accept"),
      "accept-wasi": { module: "text:wasi/return" },
      reject: guest("reject-with-code"),
      "reject-monitor": { ...guest("reject-with-code"), policyMode: "monitor" },
      "reject-message": { ...guest("reject-with-code"), message: "custom" },
      "reject-silently": guest("reject-silently"),
      same: guest("mutate-same"),
      mutate: { ...guest("mutate-other"), allowedToMutate: true },
      "mutate-denied": guest("mutate-other"),
      "mutate-monitor": { ...guest("mutate-other"), policyMode: "monitor", allowedToMutate: true },
      trap: guest("trap"),
      rubbish: guest("answer-not-json"),
      "no-accepted": guest("answer-without-accepted"),
      "bad-code": guest("answer-bad-code"),
      loop: guest("loop-in-call"),
      "loop-monitor": { ...guest("loop-in-call"), policyMode: "monitor" },
      sleep: guest("sleep"),
      "wasi-loop": { module: "text:wasi/loop" },
      boom: { module: "text:wasi/exit-1" },
      "look-up": { ...guest("look-up-host"), hostCapabilities: ["net/*"] },
      "look-up-denied": guest("look-up-host"),
      chatty: guest("log-then-answer"),
      both: group("yes() && no()"),
      either: group("yes() || no()"),
      neither: group("!yes() && !no()"),
      lazy: group("no() && trapping()"),
      monitored: { ...group("no()"), policyMode: "monitor" },
      slow: group("looping()"),
      constant: group("true"),
      mutating: group("changes() || false"),
    };
    const log = createLogger({ level: "info", target: "test", write: (line) => void lines.push(line) });
    evaluator = await start(policies, { log, alwaysAcceptNamespace: "safe" });
  });
  afterAll(() => evaluator[Symbol.asyncDispose]());

  it.each([
    ["policy-runtime 1, policy-server 2", "accept", accepted],
    ["policy-runtime 3", "accept-wasi", accepted],
    [
      "policy-runtime 2, policy-server 19",
      "reject",
      { ...rejected("no", 418), warnings: ["w"], auditAnnotations: { k: "v" } },
    ],
    ["policy-runtime 2", "reject-silently", { ...accepted, allowed: false }],
    ["policy-runtime 16, policy-server 5", "same", accepted],
    ["policy-server 3", "mutate", { ...accepted, patchType: "JSONPatch", patch: setAToTwo }],
    ["policy-runtime 21, policy-server 4", "mutate-denied", rejected(mutationRefused("mutate-denied"))],
    ["policy-runtime 21, policy-server 6", "mutate-monitor", accepted],
    ["policy-server 6", "reject-monitor", { ...accepted, warnings: ["w"], auditAnnotations: { k: "v" } }],
    [
      "policy-runtime 22, policy-server 17",
      "reject-message",
      {
        ...accepted,
        allowed: false,
        status: {
          message: "custom",
          details: { causes: [{ reason: null, message: "no", field: null }] },
          code: 418,
        },
        warnings: ["w"],
        auditAnnotations: { k: "v" },
      },
    ],
    ["policy-runtime 4", "boom", rejected("boom", 500)],
    ["policy-runtime 7, policy-server 8", "loop", rejected(timeoutText, 500)],
    ["policy-runtime 7", "wasi-loop", rejected(timeoutText, 500)],
    ["policy-runtime 8, policy-server 9", "sleep", rejected(timeoutText, 500)],
    ["policy-server 6", "loop-monitor", accepted],
    ["policy-runtime 51", "either", accepted],
    ["policy-server 21", "monitored", accepted],
    ["policy-server 21", "constant", accepted],
  ])("%s: %s answers a review", async (_behaviours, id, expected) => {
    expect(await validate(evaluator, id)).toEqual(expected);
  });

  it.each([
    ["trap", /^internal server error: Guest call failure: wasm trap: unreachable/],
    ["rubbish", /^internal server error: invalid response from policy: /],
    ["no-accepted", /^internal server error: invalid response from policy: /],
    ["bad-code", /^internal server error: invalid response from policy: /],
    [
      "look-up-denied",
      /Policy has not been granted access to the 'net\/v1\/dns_lookup_host' host capability\. The violation has been reported\./,
    ],
  ])("policy-runtime 10, 11, 33, policy-server 20: %s rejects with 500", async (id, expected) => {
    const { allowed, status } = await validate(evaluator, id);
    expect({ allowed, code: status?.code }).toEqual({ allowed: false, code: 500 });
    expect(status?.message).toMatch(expected);
  });

  it("policy-server 7: an audit sees the policy's own verdict, whatever its mode and constraints", async () => {
    expect(await validate(evaluator, "reject-monitor", review(), "audit")).toMatchObject({
      allowed: false,
      status: { message: "no", code: 418 },
    });
    const patched = { ...accepted, patchType: "JSONPatch", patch: setAToTwo };
    for (const id of ["mutate-denied", "mutate-monitor"])
      expect(await validate(evaluator, id, review(), "audit")).toEqual(patched);
  });

  it("policy-server 6: a rejection in monitor mode is logged with its verdict and message", async () => {
    lines.length = 0;
    await validate(evaluator, "reject-monitor");
    const [line] = lines.filter(({ message }) => message === "policy evaluation (monitor mode)");
    expect(line?.fields["policy_id"]).toBe("reject-monitor");
    expect(line?.fields["response"]).toMatch(/allowed: false.*message: "no"/);
  });

  it("policy-server 16, policy-runtime 19: a mutation where there is no object is rejected", async () => {
    const text =
      "Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed";
    expect(await validate(evaluator, "mutate", review({ object: null, operation: "DELETE" }))).toEqual(
      rejected(text),
    );
  });

  it("policy-server 38, policy-runtime 20: a raw request is compared as a whole and answered by its uid", async () => {
    expect(await evaluator.raw("mutate", json({ request: { uid: "r1", a: 1 } }))).toMatchObject({
      kind: "response",
      response: { uid: "r1", allowed: true, patchType: "JSONPatch" },
    });
    expect(await evaluator.raw("accept", json({ request: [1, 2] }))).toMatchObject({ response: { uid: "" } });
  });

  it("policy-server 18: the namespace that is always accepted is not asked about", async () => {
    const safe = review({ namespace: "safe" });
    const said = () => lines.filter(({ message }) => message === "hello").length;
    for (const id of ["reject", "trap", "both", "loop", "chatty"]) {
      expect(await validate(evaluator, id, safe)).toEqual(accepted);
      expect(await validate(evaluator, id, safe, "audit")).toEqual(accepted);
    }
    expect(said()).toBe(0);
    expect(await validate(evaluator, "chatty")).toMatchObject({ allowed: false });
    expect(said()).toBe(1);
    expect(await evaluator.admission("validate", "nope", safe)).toEqual({ kind: "unknown-policy" });
    expect(await evaluator.raw("reject", json({ request: { namespace: "safe" } }))).toMatchObject({
      response: { allowed: false },
    });
  });

  it.each([
    ["an unknown policy", "nope", { kind: "unknown-policy" }],
    ["an unknown member", "both/nope", { kind: "unknown-policy" }],
    ["a member of what is no group", "accept/yes", { kind: "unknown-policy" }],
    ["two slashes", "a/b/c", { kind: "invalid-policy-id" }],
  ])("policy-server 12: %s is told apart", async (_what, id, expected) => {
    expect(await evaluator.admission("validate", id, review())).toEqual(expected);
    expect(await evaluator.raw(id, json({ request: 1 }))).toEqual(expected);
  });

  it.each([
    ["accept", "{", 400],
    ["nope", "{", 400],
    ["both", "{}", 422],
    ["a/b/c", "{}", 422],
    ["accept", '{"request":{"uid":1}}', 422],
  ])("policy-server 13, 14: the body is judged before the name: %s with %s", async (id, body, status) => {
    const evaluation = await evaluator.admission("validate", id, new TextEncoder().encode(body));
    expect(evaluation).toMatchObject({ kind: "malformed", status });
  });

  it("policy-server 49: a member can be asked by itself, in protect mode", async () => {
    expect(await validate(evaluator, "both/no")).toMatchObject({ allowed: false, status: { message: "no" } });
    expect(await validate(evaluator, "monitored/no")).toMatchObject({ allowed: false });
    expect(await validate(evaluator, "mutating/changes")).toEqual(
      rejected(mutationRefused("mutating/changes")),
    );
  });

  it("policy-server 21, policy-runtime 51, 52: a group rejects with its message and the causes of who was asked", async () => {
    expect(await validate(evaluator, "both")).toEqual(groupRejected(["no", "no"]));
    expect(await validate(evaluator, "neither")).toEqual(groupRejected());
    expect(await validate(evaluator, "lazy")).toEqual(groupRejected(["no", "no"]));
    expect(await validate(evaluator, "mutating")).toEqual(groupRejected(["changes", mutationInGroup]));
    expect(await validate(evaluator, "slow")).toEqual(groupRejected(["looping", timeoutText]));
  });

  it.each([
    ["both", groupRejected(["no", "no"])],
    ["either", accepted],
    ["mutating", groupRejected(["changes", mutationInGroup])],
    ["monitored", accepted],
  ])("policy-server 21, 38: a group judges a raw request as well: %s", async (id, expected) => {
    const evaluation = await evaluator.raw(id, json({ request: { uid: "r1" } }));
    expect("response" in evaluation && evaluation.response).toEqual({ ...expected, uid: "r1" });
  });

  it("policy-runtime 31: a policy that was granted a host call gets its answer", async () => {
    const { status } = await validate(evaluator, "look-up");
    // The guest answers with what the host said, which is no verdict.
    expect(status?.message).toMatch(/accepted/);
  });
});

function groupRejected(...members: [name: string, message: string][]) {
  const causes = members.map(([name, message]) => ({
    reason: null,
    message,
    field: `spec.policies.${name}`,
  }));
  const details = causes.length === 0 ? {} : { causes };
  return { ...accepted, allowed: false, status: { message: "rejected by the group", details } };
}

function group(expression: string) {
  const policies = {
    yes: guest("accept"),
    no: guest("reject-with-code"),
    trapping: guest("trap"),
    looping: guest("loop-in-call"),
    changes: guest("mutate-other"),
  };
  return { expression, message: "rejected by the group", policies };
}
