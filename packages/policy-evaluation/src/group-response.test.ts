import { parseExpression } from "@kubewarden-ts/expression";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { evaluateGroup } from "./group-response.ts";

const plain = { uid: "u1", auditAnnotations: null, warnings: null };
const members: Record<string, Partial<AdmissionResponse>> = {
  happy: { allowed: true, warnings: ["w"], auditAnnotations: { k: "v" }, status: { message: "fine" } },
  unhappy: { allowed: false, status: { message: "failing as expected", code: 418 } },
  silent: { allowed: false },
  mutating: { allowed: true, patchType: "JSONPatch", patch: "W10=" },
  refusing: { allowed: false, status: { message: "no" }, patchType: "JSONPatch", patch: "W10=" },
};

async function evaluate(expression: string): Promise<{ response: AdmissionResponse; evaluated: string[] }> {
  const evaluated: string[] = [];
  const names = ["unhappy", "happy", "silent", "mutating", "refusing", "broken"];
  const response = await evaluateGroup({
    uid: "u1",
    message: "rejected by the group",
    expression: parseExpression(expression, names),
    members: names,
    async evaluateMember(name) {
      evaluated.push(name);
      if (name === "broken") throw new Error("error invoking g/broken", { cause: new Error("no memory") });
      return { ...plain, allowed: false, ...members[name] };
    },
  });
  return { response, evaluated };
}

function rejected(...causes: [member: string, message: string | null][]): AdmissionResponse {
  const list = causes.map(([member, message]) => ({
    reason: null,
    message,
    field: `spec.policies.${member}`,
  }));
  const details = list.length === 0 ? {} : { causes: list };
  return { ...plain, allowed: false, status: { message: "rejected by the group", details } };
}

const mutation = "mutation is not allowed inside of policy group";

describe("evaluateGroup", () => {
  it.each([
    ["happy()", ["happy"]],
    ["unhappy() || happy()", ["unhappy", "happy"]],
    ["happy() || unhappy()", ["happy"]],
    ["!unhappy()", ["unhappy"]],
    ["!mutating()", ["mutating"]],
    ["true", []],
  ])("policy-server 21: %s is accepted without a word", async (expression, evaluated) => {
    expect(await evaluate(expression)).toEqual({ response: { ...plain, allowed: true }, evaluated });
  });

  it.each<[string, AdmissionResponse]>([
    ["unhappy()", rejected(["unhappy", "failing as expected"])],
    ["happy() && unhappy()", rejected(["unhappy", "failing as expected"])],
    ["unhappy() && silent()", rejected(["unhappy", "failing as expected"])],
    ["silent() | unhappy()", rejected(["unhappy", "failing as expected"], ["silent", null])],
    ["silent() || (happy() && unhappy())", rejected(["unhappy", "failing as expected"], ["silent", null])],
    ["unhappy() || unhappy()", rejected(["unhappy", "failing as expected"])],
    ["!happy()", rejected()],
    ["false", rejected()],
    ["!(unhappy() | happy())", rejected(["unhappy", "failing as expected"])],
  ])(
    "policy-server 21, policy-runtime 51: %s is rejected with the causes of its members",
    async (expression, response) => {
      expect((await evaluate(expression)).response).toEqual(response);
    },
  );

  it.each(["mutating", "refusing"])("policy-runtime 52: %s counts as a rejection", async (member) => {
    expect((await evaluate(`${member}() && true`)).response).toEqual(rejected([member, mutation]));
  });

  it("keeps the last answer of a member that is asked twice", async () => {
    const answers: AdmissionResponse[] = [
      { ...plain, allowed: false, status: { message: "first" } },
      { ...plain, allowed: false, status: { message: "second" } },
    ];
    const response = await evaluateGroup({
      uid: "u1",
      message: "rejected by the group",
      expression: parseExpression("a() || a()", ["a"]),
      members: ["a"],
      evaluateMember: async () => answers.shift() ?? { ...plain, allowed: true },
    });
    expect(response).toEqual(rejected(["a", "second"]));
  });

  it.each([
    ["unhappy() || broken()", "error invoking g/broken: no memory"],
    ["1 / 0 == 1", "Division by zero: 1 / 0 (line 1, position 3)"],
  ])("policy-server 22: an error in %s is a rejection with code 500", async (expression, error) => {
    expect((await evaluate(expression)).response).toEqual({
      ...plain,
      allowed: false,
      status: { message: `error evaluating policy group expression: ${error}`, code: 500 },
    });
  });

  it("does not meet an error that is not needed", async () => {
    expect((await evaluate("happy() || broken()")).response.allowed).toBe(true);
  });
});
