import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PoliciesFileError } from "./errors.ts";
import { parsePolicies, policiesFileProblem } from "./policies-file.ts";

function faults(text: string): readonly string[] {
  try {
    parsePolicies(text, "policies.yml");
  } catch (error) {
    if (!(error instanceof PoliciesFileError)) throw error;
    expect(error.message).toBe(error.problems.join("\n"));
    return error.problems;
  }
  return [];
}

const prefix = 'error while loading policies from "policies.yml": ';

describe("a policies file with mistakes", () => {
  it.each([
    ["null", "null", "invalid type: unit value, expected a map"],
    ["a list", "- a", "invalid type: sequence, expected a map"],
    ["a text", "hello", 'invalid type: string "hello", expected a map'],
    ["a number", "5", "invalid type: integer `5`, expected a map"],
    ["a float", "1.5", "invalid type: floating point `1.5`, expected a map"],
    ["a truth value", "true", "invalid type: boolean `true`, expected a map"],
    ["a tab", "a:\n\tb: 1", "Tabs are not allowed as indentation at line 2 column 1"],
    [
      "a duplicate id",
      "p: {module: m}\np: {module: m}",
      "p: expected one value, received a second one for the same key",
    ],
    [
      "a duplicate field",
      "p: {module: m, settings: {l: [{a: 1, a: 2}]}}",
      "p: settings.l[0].a: expected one value, received a second one for the same key",
    ],
    ["an entry that is null", "p: null", "p: expected a map, received null"],
    ["an entry that is a list", "p: []", "p: expected a map, received Array"],
    ["an entry without module", "p: {}", "p: module: expected a value, received nothing"],
    ["a module that is null", "p: {module: null}", "p: module: expected string, received null"],
    ["a module that is a number", "p: {module: 5}", "p: module: expected string, received 5"],
    [
      "policy-server 44: an unknown mode",
      "p: {module: m, policyMode: Protect}",
      'p: policyMode: expected "protect" | "monitor", received "Protect"',
    ],
    [
      "a mode that is null",
      "p: {module: m, policyMode: null}",
      'p: policyMode: expected "protect" | "monitor", received null',
    ],
    [
      "allowedToMutate as text",
      "p: {module: m, allowedToMutate: yes}",
      'p: allowedToMutate: expected boolean, received "yes"',
    ],
    [
      "policy-server 44: settings that are no map",
      "p: {module: m, settings: [a]}",
      "p: settings: expected a map, received Array",
    ],
    [
      "settings with a number as key",
      "p: {module: m, settings: {1: a}}",
      "p: settings: expected keys that are strings, received 1",
    ],
    [
      "a limit of zero",
      "p: {module: m, timeoutEvalSeconds: 0}",
      "p: timeoutEvalSeconds: expected a whole number of seconds, at least 1, received 0",
    ],
    [
      "a limit below zero",
      "p: {module: m, timeoutEvalSeconds: -1}",
      "p: timeoutEvalSeconds: expected a whole number of seconds, at least 1, received -1",
    ],
    [
      "a limit with fraction",
      "p: {module: m, timeoutEvalSeconds: 1.5}",
      "p: timeoutEvalSeconds: expected a whole number of seconds, at least 1, received 1.5",
    ],
    [
      "a limit as text",
      'p: {module: m, timeoutEvalSeconds: "5"}',
      'p: timeoutEvalSeconds: expected a whole number of seconds, at least 1, received "5"',
    ],
    [
      "a limit beyond 64 bits",
      "p: {module: m, timeoutEvalSeconds: 18446744073709551616}",
      "p: timeoutEvalSeconds: expected a whole number of seconds, at least 1, received 18446744073709551616",
    ],
    ["a message that is a number", "p: {module: m, message: 5}", "p: message: expected string, received 5"],
    [
      "hostCapabilities that are null",
      "p: {module: m, hostCapabilities: null}",
      "p: hostCapabilities: expected Array, received null",
    ],
    [
      "hostCapabilities as text",
      'p: {module: m, hostCapabilities: "*"}',
      'p: hostCapabilities: expected Array, received "*"',
    ],
    [
      "a resource without kind",
      "p: {module: m, contextAwareResources: [{apiVersion: v1}]}",
      "p: contextAwareResources[0].kind: expected a value, received nothing",
    ],
    [
      "a merge key for a module",
      "a: &x {module: m}\nb: {<<: *x}",
      "b: module: expected a value, received nothing",
    ],
    [
      "a group without expression",
      "g: {policies: {}, message: m}",
      "g: expression: expected a value, received nothing",
    ],
    [
      "a group without message",
      'g: {policies: {}, expression: "true"}',
      "g: message: expected a value, received nothing",
    ],
    [
      "members as a list",
      'g: {policies: [{module: m}], expression: "a()", message: m}',
      "g: policies: expected a map, received Array",
    ],
    [
      "a member without module",
      'g: {policies: {a: {}}, expression: "a()", message: m}',
      "g: policies.a.module: expected a value, received nothing",
    ],
    [
      "policy-server 44: an unknown key in a member",
      'g: {policies: {a: {module: m, surprise: 1}}, expression: "a()", message: m}',
      'g: policies.a.surprise: expected no such field, received "surprise"',
    ],
    [
      "a mode of a member",
      'g: {policies: {a: {module: m, policyMode: monitor}}, expression: "a()", message: m}',
      'g: policies.a.policyMode: expected no such field, received "policyMode"',
    ],
  ])("refuses %s", (_what, text, problem) => {
    expect(faults(text)).toEqual([`${prefix}${problem}`]);
  });

  it.each([
    ["a slash in an id", "a/b: {module: m}", "policy name 'a/b' contains a '/' character"],
    ["an empty id", '"": {module: m}', "Not a valid Policy ID: "],
    [
      "a slash in a member's name",
      'g: {policies: {a: {module: m}, "x/y": {module: m}}, expression: "a()", message: m}',
      `policy group 'g' contains policies with invalid names: ["x/y"]`,
    ],
  ])("policy-server 44: refuses %s", (_what, text, problem) => {
    expect(faults(text)).toEqual([problem]);
  });

  it("style 3: three mistakes give three lines, each with file, field, expected and received", () => {
    const text = `
      psp: {module: m, policyMode: Protect, timeoutEvalSeconds: 0}
      group: {policies: {a: {module: 5}}, expression: "a()", message: m}`;
    expect(faults(text)).toEqual([
      `${prefix}psp: timeoutEvalSeconds: expected a whole number of seconds, at least 1, received 0`,
      `${prefix}psp: policyMode: expected "protect" | "monitor", received "Protect"`,
      `${prefix}group: policies.a.module: expected string, received 5`,
    ]);
  });

  it("tells of mistakes in YAML, names and fields at once", () => {
    expect(faults('"a/b": {module: m, message: x, message: 5}\np: {module: m, settings: {n: .inf}}')).toEqual(
      [
        `${prefix}a/b: message: expected one value, received a second one for the same key`,
        `${prefix}p: settings.n: expected a finite number, received .inf`,
        "policy name 'a/b' contains a '/' character",
        `${prefix}a/b: message: expected string, received 5`,
      ],
    );
  });

  it("names a file that cannot be opened", () => {
    expect(policiesFileProblem("nope.yml", "No such file or directory (os error 2)")).toBe(
      'error while loading policies from "nope.yml": No such file or directory (os error 2)',
    );
  });

  it("answers any document with policies or a PoliciesFileError", () => {
    const key = fc.constantFrom(
      "module",
      "policies",
      "expression",
      "message",
      "settings",
      "policyMode",
      "timeoutEvalSeconds",
      "__proto__",
      "a/b",
      "",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.constantFrom<unknown>("m", "protect", "a()", null, 1, 0, true),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(key, tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(key, value), (document) => {
        expect(Array.isArray(faults(JSON.stringify(document)))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
