import { describe, expect, it } from "vitest";
import * as make from "../testing/objects.ts";
import { mistakes } from "../testing/validated.ts";

const member = { module: "registry://registry.example/m:v1" };
const members = { a: member, b: member, _c1: member };

describe("validation of groups", () => {
  it.each<[string, object, string[]]>([
    [
      "no members",
      { policies: {}, expression: "true" },
      ["spec.policies: Required value: policy groups must have at least one policy member"],
    ],
    [
      "a member that evaluates for longer than the group",
      { policies: { a: { ...member, timeoutEvalSeconds: 11 } } },
      [
        "spec.policies[a].timeoutEvalSeconds: Invalid value: 11: timeoutEvalSeconds cannot be greater than group timeoutSeconds (10)",
        "spec.policies: Invalid value: 11: the sum of all members' timeoutEvalSeconds cannot be greater than group timeoutSeconds (10)",
      ],
    ],
    [
      "members that evaluate for longer than the group together",
      { policies: { a: { ...member, timeoutEvalSeconds: 6 }, b: { ...member, timeoutEvalSeconds: 5 } } },
      [
        "spec.policies: Invalid value: 11: the sum of all members' timeoutEvalSeconds cannot be greater than group timeoutSeconds (10)",
      ],
    ],
    [
      "members that evaluate for longer than the API server waits",
      {
        timeoutSeconds: 30,
        policies: { a: { ...member, timeoutEvalSeconds: 30 }, b: { ...member, timeoutEvalSeconds: 2 } },
      },
      [
        "spec.policies: Invalid value: 32: the sum of all members' timeoutEvalSeconds cannot be greater than group timeoutSeconds (30)",
        "spec.policies: Invalid value: 32: the sum of all members' timeoutEvalSeconds cannot be greater than 30 (Kubernetes webhook max timeout)",
      ],
    ],
    ["no expression", { expression: "" }, ["spec.expression: Required value: must be non-empty"]],
    ["no message", { message: "" }, ["spec.message: Required value: must be non-empty"]],
    [
      "a member without a module",
      { policies: { a: { module: " " } } },
      ["spec.policies[a].module: Required value: must be non-empty"],
    ],
  ])("controller 16: %s", async (_what, spec, expected) => {
    expect(await mistakes(make.policyGroup(spec))).toEqual(expected);
    expect(await mistakes(make.clusterGroup(spec))).toEqual(expected);
  });

  it.each(["", "1a", "a-b", "a.b", "é", "a\n", "true", "null", "in", "while", "package"])(
    "controller 20: no member can be called %j",
    async (name) => {
      const found = await mistakes(make.clusterGroup({ policies: { [name]: member }, expression: "true" }));
      expect(found).toEqual([
        `spec.policies: Invalid value: ${JSON.stringify(name)}: policy group member name is invalid`,
      ]);
    },
  );

  it.each(["__proto__", "constructor", "_", "A9"])(
    "controller 20: a member can be called %s",
    async (name) => {
      const policies = Object.fromEntries([[name, member]]);
      expect(await mistakes(make.clusterGroup({ policies, expression: `${name}()` }))).toEqual([]);
    },
  );

  it.each([
    "a()",
    "!a() && (b() || _c1())",
    "a() == b() != true",
    "1 == 2",
    '"x" != "y"',
    "-1 == 1",
    "-(1) == 1",
    "false",
    "a() // one\n && b()",
  ])("controller 20: the expression %j is good", async (expression) => {
    expect(await mistakes(make.policyGroup({ policies: members, expression }))).toEqual([]);
  });

  it.each([
    ["2 > 1", "Unknown operator: >"],
    ["a() & b()", "Unknown operator: &"],
    ["1 + 1 == 2", "Unknown operator: +"],
    ["-a() == 1", "Unknown operator: -"],
    ["unknown()", "Function not found: unknown ()"],
    ["a(b())", "Function not found"],
    ["a() ? b() : a()", "Syntax error"],
    ["[1].all(x, x > 0)", "Syntax error"],
    ["a", "Variable not found: a"],
    ["a() && 1", "Data type incorrect"],
    ["1 == true", "Function not found: =="],
    ["a() b()", "Syntax error"],
    ["   ", "Syntax error"],
    [`${"!".repeat(100)}a()`, "Syntax error"],
  ])("controller 20: the expression %j does not compile", async (expression, problem) => {
    const [found = "", ...more] = await mistakes(make.policyGroup({ policies: members, expression }));
    expect(more).toEqual([]);
    const start = `spec.expression: Invalid value: ${JSON.stringify(expression)}: compilation failed: `;
    expect(found.slice(0, start.length)).toBe(start);
    expect(found.slice(start.length)).toContain(problem);
  });

  it.each(["123", '"text"', "-1"])(
    "controller 20: the expression %s is no truth value",
    async (expression) => {
      expect(await mistakes(make.policyGroup({ policies: members, expression }))).toEqual([
        `spec.expression: Invalid value: ${JSON.stringify(expression)}: must evaluate to bool`,
      ]);
    },
  );
});
