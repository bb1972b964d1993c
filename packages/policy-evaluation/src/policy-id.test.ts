import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatPolicyId,
  invalidPolicyId,
  memberNamesProblem,
  parsePolicyId,
  policyNameProblem,
} from "./policy-id.ts";

describe("parsePolicyId", () => {
  it.each([
    ["a name", "psp", { kind: "policy", name: "psp" }],
    ["any character", "üni code.1", { kind: "policy", name: "üni code.1" }],
    ["a group member", "group/psp", { kind: "member", group: "group", name: "psp" }],
    ["a member without a name", "group/", { kind: "member", group: "group", name: "" }],
    ["nothing from two slashes", "a/b/c", undefined],
    ["nothing from nothing", "", undefined],
  ])("reads %s", (_row, text, expected) => {
    expect(parsePolicyId(text)).toEqual(expected);
  });

  it("reads what formatPolicyId writes", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = parsePolicyId(text);
        expect(id === undefined ? undefined : formatPolicyId(id)).toBe(id === undefined ? undefined : text);
      }),
    );
  });

  it("says what is wrong", () => {
    expect(invalidPolicyId("a/b/c")).toBe("Not a valid Policy ID: a/b/c");
  });
});

describe("names", () => {
  it.each([
    ["psp", undefined],
    ["5", undefined],
    ["", "Not a valid Policy ID: "],
    ["a/b", "policy name 'a/b' contains a '/' character"],
  ])("policy-server 44: the policy name %j", (name, problem) => {
    expect(policyNameProblem(name)).toBe(problem);
  });

  it.each([
    [["a", "a-b", "print"], undefined],
    [["a", "x/y"], `policy group 'g' contains policies with invalid names: ["x/y"]`],
    [["x/y", "", "z/"], `policy group 'g' contains policies with invalid names: ["x/y", "", "z/"]`],
  ])("policy-server 44: the member names %j", (names, problem) => {
    expect(memberNamesProblem("g", names)).toBe(problem);
  });
});
