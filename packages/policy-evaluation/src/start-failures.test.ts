import { describe, expect, it } from "vitest";
import { accepted, guest, rejected, start, timeoutText, validate } from "../fixtures/evaluator.ts";
import { review } from "../fixtures/text-policies.ts";
import { StartupError } from "./errors.ts";

const broken = {
  fine: guest("accept"),
  missing: { module: "text:wapc/nothing" },
  bare: { module: "text:wapc/accept?bare" },
  newer: { module: "text:wapc/accept?minimumKubewardenVersion=99.0.0" },
  "no-version": { module: "text:wapc/accept?minimumKubewardenVersion=x" },
  "no-call": { module: "text:wapc/no-guest-call" },
  "bad-settings": { module: "text:wapc/reject-settings" },
  "trap-settings": guest("trap-in-settings"),
  "endless-settings": guest("loop-in-settings"),
  "endless-start": { module: "text:wapc/loop-in-init" },
  rego: { module: "text:wapc/accept?executionMode=opa" },
  "rego-as-wapc": { module: "text:rego/accept?executionMode=kubewarden-wapc" },
  "g-typo": { expression: "nope()", message: "m", policies: { yes: guest("accept") } },
  "g-nonsense": {
    expression: "something that does not make sense",
    message: "m",
    policies: { yes: guest("accept") },
  },
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
  [
    "no-version",
    /^bootstrap failure: no-version: cannot deserialize custom section `io\.kubewarden\.metadata` of wasm module: minimumKubewardenVersion: expected a semantic version \(X\.Y\.Z\), received "x"$/,
  ],
  ["no-call", /Guest call function \(__guest_call\) not exported by wasm module\./],
  ["bad-settings", /^Policy settings are invalid: not these$/],
  [
    "trap-settings",
    /^Policy settings are invalid: Error invoking settings validation callback: Guest call failure: /,
  ],
  ["endless-settings", new RegExp(`^${timeoutText}$`)],
  ["endless-start", new RegExp(`^${timeoutText}$`)],
  ["rego", /not a module of Rego: it does not export builtins, entrypoints, eval/],
  ["rego-as-wapc", /Guest call function \(__guest_call\) not exported by wasm module\./],
  ["g-typo", /^error evaluating policy group expression: Function not found: nope \(\)/],
  ["g-nonsense", /^error evaluating policy group expression: Syntax error: Unexpected 'that'/],
  ["g-number", /^error evaluating policy group expression: Output type incorrect: i64 \(expecting bool\)/],
  ["g-member", /g-member\/bad: Policy settings are invalid: not these/],
];

describe("policies that cannot be used", () => {
  it("policy-server 22, 23, policy-runtime 26, 53: keep the evaluator from starting, all of them named", async () => {
    const failure = await start(broken).catch((error: unknown) => error);
    if (!(failure instanceof StartupError)) throw failure;
    const named = failure.failures.map(({ policyId }) => policyId.replace("/bad", ""));
    expect(named.toSorted()).toEqual(reasons.map(([id]) => id).toSorted());
  });

  it("policy-server 22, 24, policy-runtime 7, 30: or answer with their reason while all others are served", async () => {
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
