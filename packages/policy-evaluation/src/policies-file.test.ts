import { describe, expect, it } from "vitest";
import { parsePolicies } from "./policies-file.ts";

describe("parsePolicies", () => {
  it("fills in the defaults of policy-server 2.1", () => {
    expect(parsePolicies("p: {module: m}", "policies.yml").get("p")).toEqual({
      kind: "policy",
      module: "m",
      policyMode: "protect",
      allowedToMutate: false,
      settings: {},
      contextAwareResources: [],
      hostCapabilities: [],
      namespaced: false,
    });
  });

  it("reads every field of a policy", () => {
    const text = `
      p:
        module: registry://ghcr.io/kubewarden/policies/safe-labels:v1.0.0
        policyMode: monitor
        allowedToMutate: true
        settings: {mandatory_labels: [owner]}
        contextAwareResources: [{apiVersion: v1, kind: Pod, extra: 1}]
        message: no
        timeoutEvalSeconds: 5
        hostCapabilities: ["*"]`;
    expect(parsePolicies(text, "policies.yml").get("p")).toEqual({
      kind: "policy",
      module: "registry://ghcr.io/kubewarden/policies/safe-labels:v1.0.0",
      policyMode: "monitor",
      allowedToMutate: true,
      settings: { mandatory_labels: ["owner"] },
      contextAwareResources: [{ apiVersion: "v1", kind: "Pod" }],
      message: "no",
      timeoutEvalSeconds: 5,
      hostCapabilities: ["*"],
      namespaced: false,
    });
  });

  it.each([
    ["a policy of a namespace", "{Namespace: team-a, Name: p}", true],
    ["a policy of the cluster", '{Namespace: "", Name: p}', false],
    ["a policy of a namespace that looks like a number", "{Namespace: 1, Name: p}", true],
    ["a policy of a namespace that looks like a verdict", "{Namespace: false, Name: p}", true],
    ["a policy with two namespaces", '{Namespace: "", namespace: team-a}', true],
    ["nobody", "{Namespace: null, Name: p}", false],
    ["nothing", "null", false],
    ["another shape", "[team-a]", false],
  ])("tells %s by the name the controller writes", (_row, name, namespaced) => {
    const text = `
      p: {module: m, namespacedName: ${name}}
      g: {policies: {a: {module: m}}, expression: "a()", message: no, namespacedName: ${name}}`;
    const policies = parsePolicies(text, "policies.yml");
    expect([policies.get("p")?.namespaced, policies.get("g")?.namespaced]).toEqual([namespaced, namespaced]);
  });

  it.each([
    ["at most 512 levels", 511, ""],
    ["no more", 512, "a: settings: expected at most 512 levels, received Map"],
  ])("takes settings of %s", (_row, lists, problem) => {
    const text = `a: {module: m, settings: {x: ${"[".repeat(lists)}${"]".repeat(lists)}}}`;
    const parse = () => parsePolicies(text, "policies.yml");
    if (problem === "") expect(parse().size).toBe(1);
    else expect(parse).toThrow(problem);
  });

  it("takes settings that aliases make deep for what they are", () => {
    const levels = Array.from({ length: 600 }, (_, level) => `l${level}: &l${level} [*l${level - 1}]`);
    const text = `a: {module: m, settings: {x: &l-1 [], ${levels.join(", ")}}}`;
    expect(() => parsePolicies(text, "policies.yml")).toThrow("expected at most 512 levels");
  });

  it("reads a group, its members in order", () => {
    const text = `
      g:
        policies:
          b: {module: "file:///opt/b.wasm", settings: {n: 1}}
          a: {module: "ghcr.io/acme/a:v1", hostCapabilities: [], timeoutEvalSeconds: 1}
        expression: "a() || !b()"
        message: rejected by the demo group`;
    const group = parsePolicies(text, "policies.yml").get("g");
    expect(group).toEqual({
      kind: "group",
      policies: {
        b: {
          module: "file:///opt/b.wasm",
          settings: { n: 1n },
          contextAwareResources: [],
          hostCapabilities: [],
        },
        a: {
          module: "ghcr.io/acme/a:v1",
          settings: {},
          contextAwareResources: [],
          hostCapabilities: [],
          timeoutEvalSeconds: 1,
        },
      },
      expression: "a() || !b()",
      message: "rejected by the demo group",
      policyMode: "protect",
      namespaced: false,
    });
    expect(group?.kind === "group" && Object.keys(group.policies)).toEqual(["b", "a"]);
  });

  it.each([
    ["policy-server 44: an empty file", "", 0],
    ["an empty map", "{}", 0],
    [
      "null where it stands for nothing",
      "p: {module: m, settings: null, message: null, timeoutEvalSeconds: null, allowedToMutate: null}",
      1,
    ],
    [
      "policy-server 44: keys of others",
      "p: {module: m, surprise: 1, namespacedName: {Namespace: a, Name: b}}",
      1,
    ],
    ["keys of others in a group", 'g: {policies: {}, expression: "true", message: m, surprise: 1}', 1],
    ["a number as id", "5: {module: m}", 1],
    ["an entry behind an alias", "a: &x {module: m}\nb: *x", 2],
    ["JSON", '{"p":{"module":"m","settings":{"a":[1,2]}}}', 1],
    ["a limit of centuries", "p: {module: m, timeoutEvalSeconds: 18446744073709551615}", 1],
  ])("accepts %s", (_what, text, size) => {
    expect(parsePolicies(text, "policies.yml").size).toBe(size);
  });

  it("takes for a policy what has a module", () => {
    const text = 'p: {module: m, policies: {"x/y": 1}, expression: "a()", message: m}';
    expect(parsePolicies(text, "policies.yml").get("p")?.kind).toBe("policy");
  });

  it("makes plain data that crosses threads", () => {
    const policies = parsePolicies("p: {module: m, settings: {a: [1, 1.0]}}", "policies.yml");
    expect(structuredClone(policies)).toEqual(policies);
  });
});
