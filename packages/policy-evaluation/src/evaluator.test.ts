import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WapcGuestName } from "../../../tests/guests/text/wapc.ts";
import { fetchTextPolicy, json, review } from "../fixtures/text-policies.ts";
import { StartupError } from "./errors.ts";
import { type Evaluator, type EvaluatorOptions, startEvaluator } from "./evaluator.ts";
import { parsePolicies } from "./policies-file.ts";

const timeoutText = "Policy execution interrupted because it exceeded the allowed execution time";

function start(
  policies: Record<string, unknown>,
  options: Partial<EvaluatorOptions> = {},
): Promise<Evaluator> {
  return startEvaluator({
    policies: parsePolicies(JSON.stringify(policies), "policies.yml"),
    fetchModule: fetchTextPolicy,
    workers: 1,
    defaultTimeoutMs: 500,
    serveCapability: async () => ({ ips: ["10.0.0.1"] }),
    log: silentLogger,
    ...options,
  });
}

async function validate(
  evaluator: Evaluator,
  policyId: string,
  body = review(),
  origin: "validate" | "audit" = "validate",
): Promise<AdmissionResponse> {
  const evaluation = await evaluator.admission(origin, policyId, body);
  if (evaluation.kind !== "response") throw new Error(JSON.stringify(evaluation));
  return evaluation.response;
}

const accepted = { uid: "u1", allowed: true, auditAnnotations: null, warnings: null };
const rejected = (message: string, code?: number) => ({
  ...accepted,
  allowed: false,
  status: code === undefined ? { message } : { message, code },
});
const setAToTwo = btoa('[{"op":"replace","path":"/a","value":2}]');
const mutationRefused = (id: string) =>
  `Request rejected by policy ${id}. The policy attempted to mutate the request, but it is currently configured to not allow mutations.`;

const guest = (name: WapcGuestName) => ({ module: `text:wapc/${name}` });

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
    expect(await validate(evaluator, "mutate-denied", review(), "audit")).toMatchObject({ patch: setAToTwo });
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
    for (const id of ["reject", "trap", "both", "loop"])
      expect(await validate(evaluator, id, safe)).toEqual(accepted);
    expect(await validate(evaluator, "reject", safe, "audit")).toEqual(accepted);
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
    const cause = { reason: null, message: "no", field: "spec.policies.no" };
    const groupRejected = (...causes: unknown[]) => ({
      ...accepted,
      allowed: false,
      status: { message: "rejected by the group", details: causes.length === 0 ? {} : { causes } },
    });
    expect(await validate(evaluator, "both")).toEqual(groupRejected(cause));
    expect(await validate(evaluator, "neither")).toEqual(groupRejected());
    expect(await validate(evaluator, "lazy")).toEqual(groupRejected(cause));
    expect(await validate(evaluator, "mutating")).toEqual(
      groupRejected({
        reason: null,
        message: "mutation is not allowed inside of policy group",
        field: "spec.policies.changes",
      }),
    );
    expect(await validate(evaluator, "slow")).toEqual(
      groupRejected({ reason: null, message: timeoutText, field: "spec.policies.looping" }),
    );
  });

  it("policy-runtime 31: a policy that was granted a host call gets its answer", async () => {
    const { status } = await validate(evaluator, "look-up");
    // The guest answers with what the host said, which is no verdict.
    expect(status?.message).toMatch(/accepted/);
  });
});

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

describe("limits of time", () => {
  it("policy-server 10, policy-runtime 9: a policy's own limit beats a larger and a smaller common one", async () => {
    const own = { short: { ...guest("loop-in-call"), timeoutEvalSeconds: 1 } };
    await using evaluator = await start(own, { defaultTimeoutMs: 60_000 });
    expect(await validate(evaluator, "short")).toEqual(rejected(timeoutText, 500));
    await using other = await start(own, { defaultTimeoutMs: 100 });
    const began = performance.now();
    expect(await validate(other, "short")).toEqual(rejected(timeoutText, 500));
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  it("policy-server 11, policy-runtime 9: without protection nothing is limited, whatever a policy says", async () => {
    const policies = { slow: { ...guest("nap"), timeoutEvalSeconds: 1 } };
    await using evaluator = await start(policies, { timeoutProtection: false, defaultTimeoutMs: 10 });
    expect(await validate(evaluator, "slow")).toEqual(accepted);
  });

  it("a caller that waits for a shorter time is answered in it", async () => {
    await using evaluator = await start({ loop: guest("loop-in-call") }, { defaultTimeoutMs: 60_000 });
    const evaluation = await evaluator.admission("validate", "loop", review(), { timeoutMs: 200 });
    expect(evaluation).toEqual({ kind: "response", response: rejected(timeoutText, 500) });
  });
});

const broken = {
  fine: guest("accept"),
  missing: { module: "text:wapc/nothing" },
  bare: { module: "text:wapc/accept?bare" },
  newer: { module: "text:wapc/accept?minimumKubewardenVersion=99.0.0" },
  "no-call": { module: "text:wapc/no-guest-call" },
  "bad-settings": { module: "text:wapc/reject-settings" },
  "trap-settings": guest("trap-in-settings"),
  "endless-settings": guest("loop-in-settings"),
  "endless-start": { module: "text:wapc/loop-in-init" },
  rego: { module: "text:wapc/accept?executionMode=opa" },
  "g-typo": { expression: "nope()", message: "m", policies: { yes: guest("accept") } },
  "g-number": { expression: "1 + 1", message: "m", policies: { yes: guest("accept") } },
  "g-member": {
    expression: "yes() || bad()",
    message: "m",
    policies: { yes: guest("accept"), bad: { module: "text:wapc/reject-settings" } },
  },
};
const reasons: [string, RegExp][] = [
  [
    "missing",
    /^bootstrap failure: missing: Error while downloading policy 'missing' from text:wapc\/nothing: no such module$/,
  ],
  ["bare", /Policy is missing protocol version, which is required for KubewardenWapc execution mode/],
  ["newer", /Policy required Kubewarden version 99\.0\.0 but is running on \d+\.\d+\.0/],
  ["no-call", /Guest call function \(__guest_call\) not exported by wasm module\./],
  ["bad-settings", /^Policy settings are invalid: not these$/],
  [
    "trap-settings",
    /^Policy settings are invalid: Error invoking settings validation callback: Guest call failure: /,
  ],
  ["endless-settings", new RegExp(`^${timeoutText}$`)],
  ["endless-start", new RegExp(`^${timeoutText}$`)],
  ["rego", /execution mode opa are not available yet/],
  ["g-typo", /^error evaluating policy group expression: Function not found: nope \(\)/],
  ["g-number", /^error evaluating policy group expression: Output type incorrect: i64 \(expecting bool\)/],
  ["g-member", /g-member\/bad: Policy settings are invalid: not these/],
];

describe("policies that cannot be used", () => {
  it("policy-server 23, policy-runtime 26, 53: keep the evaluator from starting, all of them named", async () => {
    const failure = await start(broken).catch((error: unknown) => error);
    if (!(failure instanceof StartupError)) throw failure;
    const named = failure.failures.map(({ policyId }) => policyId.replace("/bad", ""));
    expect(named.toSorted()).toEqual(reasons.map(([id]) => id).toSorted());
  });

  it("policy-server 24, policy-runtime 7: or answer with their reason while all others are served", async () => {
    await using evaluator = await start(broken, { continueOnErrors: true });
    expect(await validate(evaluator, "fine")).toEqual(accepted);
    for (const [id, reason] of reasons) {
      const response = await validate(evaluator, id);
      expect(response).toMatchObject({ uid: "u1", allowed: false, status: { code: 500 } });
      expect(response.status?.message).toMatch(reason);
      expect(await validate(evaluator, id, review(), "audit")).toEqual(response);
    }
  });

  it("policy-server 17, 24: a stored reason is not replaced by a custom message, and rejects in monitor mode too", async () => {
    const policies = {
      bad: { module: "text:wapc/reject-settings", message: "custom", policyMode: "monitor" },
    };
    await using evaluator = await start(policies, { continueOnErrors: true });
    expect(await validate(evaluator, "bad")).toEqual(rejected("Policy settings are invalid: not these", 500));
  });

  it("policy-server 25: a bad capability pattern is fatal in any case", async () => {
    const policies = { p: { ...guest("accept"), hostCapabilities: ["oci*"] } };
    await expect(start(policies, { continueOnErrors: true })).rejects.toThrow(
      'bootstrap failure: invalid hostCapabilities pattern for policy p: invalid pattern "oci*"',
    );
  });

  it("policy-runtime 28: a version that is newer in its patch only is no obstacle", async () => {
    await using evaluator = await start({
      p: { module: "text:wapc/accept?minimumKubewardenVersion=1.38.9" },
    });
    expect(await validate(evaluator, "p")).toEqual(accepted);
  });
});

describe("a reload", () => {
  const policies = (entries: Record<string, unknown>) =>
    parsePolicies(JSON.stringify(entries), "policies.yml");

  it("puts added, changed and removed policies in place at once", async () => {
    await using evaluator = await start({ a: guest("accept"), b: guest("accept"), c: guest("accept") });
    const report = await evaluator.reload(
      policies({ a: guest("accept"), b: guest("reject-silently"), d: guest("accept") }),
    );
    expect(report).toEqual({ added: ["d"], changed: ["b"], removed: ["c"], failures: [] });
    expect(await validate(evaluator, "a")).toEqual(accepted);
    expect(await validate(evaluator, "b")).toMatchObject({ allowed: false });
    expect(await evaluator.admission("validate", "c", review())).toEqual({ kind: "unknown-policy" });
    expect(await validate(evaluator, "d")).toEqual(accepted);
  });

  it("notices a module that changed behind the same address", async () => {
    let current = "text:wapc/accept";
    await using evaluator = await start(
      { p: { module: "text:current" } },
      { fetchModule: () => fetchTextPolicy(current) },
    );
    expect(await validate(evaluator, "p")).toEqual(accepted);
    current = "text:wapc/reject-silently";
    expect(await evaluator.reload(policies({ p: { module: "text:current" } }))).toMatchObject({
      changed: ["p"],
    });
    expect(await validate(evaluator, "p")).toMatchObject({ allowed: false });
  });

  it("leaves what worked in place where the new revision does not", async () => {
    await using evaluator = await start({ p: guest("accept") });
    const report = await evaluator.reload(policies({ p: { module: "text:wapc/reject-settings" } }));
    expect(report.failures).toMatchObject([{ policyId: "p", kind: "settings" }]);
    expect(await validate(evaluator, "p")).toEqual(accepted);
  });
});
