import { describe, expect, it } from "vitest";
import { checkPolicies } from "./check-policies.ts";
import { parsePolicies } from "./policies-file.ts";

function check(text: string) {
  return checkPolicies(parsePolicies(text, "policies.yml"));
}

const wildcard = "wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match";

describe("checkPolicies", () => {
  it("finds nothing wrong with good policies", () => {
    const text = `
      p: {module: m, hostCapabilities: ["oci/*", kubernetes/can_i]}
      g: {policies: {a: {module: m, hostCapabilities: ["*"]}}, expression: "!a()", message: m}`;
    expect(check(text)).toEqual([]);
  });

  it("policy-server 25: names the policy of a bad pattern, for members as well", () => {
    const text = `
      p: {module: m, hostCapabilities: ["oci*"]}
      g: {policies: {a: {module: m, hostCapabilities: [""]}}, expression: "a()", message: m}`;
    expect(check(text)).toEqual([
      {
        kind: "capabilities",
        policyId: "p",
        message: `bootstrap failure: invalid hostCapabilities pattern for policy p: invalid pattern "oci*": ${wildcard}`,
      },
      {
        kind: "capabilities",
        policyId: "g/a",
        message:
          "bootstrap failure: invalid hostCapabilities pattern for policy g/a: invalid pattern: pattern must not be empty",
      },
    ]);
  });

  it.each([
    ["an unknown member", "a() || b()", "Function not found: b () (line 1, position 8)"],
    ["a syntax error", "a() &&", "Syntax error: Script is incomplete (line 1, position 7)"],
    ["a result that is no truth value", "1 + 1", "Output type incorrect: i64 (expecting bool)"],
  ])("policy-server 22: a group expression with %s fails the start", (_what, expression, problem) => {
    const text = `g: {policies: {a: {module: m}}, expression: "${expression}", message: m}`;
    expect(check(text)).toEqual([
      { kind: "expression", policyId: "g", message: `error evaluating policy group expression: ${problem}` },
    ]);
  });
});
