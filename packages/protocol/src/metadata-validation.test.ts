import { describe, expect, it } from "vitest";
import { toMetadata } from "./metadata.ts";
import { validateMetadata } from "./metadata-validation.ts";

const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] };
const problemsOf = (members: object) =>
  validateMetadata(toMetadata({ protocolVersion: "v1", rules: [rule], mutating: false, ...members }));

describe("validateMetadata", () => {
  it("policy-runtime 29: accepts sound metadata", () => {
    const contextAwareResources = [{ apiVersion: "v1", kind: "Pod" }];
    expect(problemsOf({ contextAwareResources })).toEqual([]);
  });

  it.each(["apiGroups", "apiVersions", "resources", "operations"])(
    "policy-runtime 29: refuses an empty list of %s",
    (list) => {
      expect(problemsOf({ rules: [rule, { ...rule, [list]: [] }] })).toEqual([
        `rules[1].${list}: must have at least one element`,
      ]);
    },
  );

  it.each([
    ["apiGroups", ["*", "apps"]],
    ["apiGroups", ["apps", "*"]],
    ["apiVersions", ["*", "v1"]],
    ["apiVersions", ["v1", "*"]],
    ["operations", ["*", "CREATE"]],
    ["operations", ["CREATE", "*"]],
  ])("policy-runtime 29: refuses %s %j", (list, values) => {
    expect(problemsOf({ rules: [{ ...rule, [list]: values }] })).toEqual([
      `rules[0].${list}: No other elements can be defined when '*' is used`,
    ]);
    expect(problemsOf({ rules: [{ ...rule, [list]: ["*"] }] })).toEqual([]);
  });

  const plain = "if '*' is present, must not specify other resources without subresources";
  it.each([
    [["", "a"], ["empty resource is not allowed"]],
    [["x/*", "x/y"], ["if 'x/*' is present, must not specify x/y"]],
    [["x/y", "x/*"], []],
    [["*/s", "r/s"], ["if '*/s' is present, must not specify r/s"]],
    [["r/s", "*/s"], []],
    [
      ["x/*", "*/y", "x/y"],
      ["if 'x/*' is present, must not specify x/y", "if '*/y' is present, must not specify x/y"],
    ],
    [["*/*", "a"], ["if '*/*' is present, must not specify other resources"]],
    [["a", "*/*"], ["if '*/*' is present, must not specify other resources"]],
    [["*/*"], []],
    [["*", "a"], [plain]],
    [["a", "*"], []],
    [["*", "a/b"], []],
    [["*"], []],
    [["*", "a/b", "a/*", "*/b"], []],
    [["a/*", "a"], []],
    [["a", "a/*"], []],
  ])("policy-runtime 29: judges resources %j", (resources, problems) => {
    expect(problemsOf({ rules: [{ ...rule, resources }] })).toEqual(
      problems.map((problem) => `rules[0].resources: ${problem}`),
    );
  });

  it.each([
    [{ apiVersion: "", kind: "Pod" }, "contextAwareResources[0].apiVersion: must not be empty"],
    [{ apiVersion: "v1", kind: "" }, "contextAwareResources[0].kind: must not be empty"],
  ])("policy-runtime 29: refuses the context-aware resource %j", (resource, problem) => {
    expect(problemsOf({ contextAwareResources: [resource] })).toEqual([problem]);
  });

  const invalid = "protocolVersion: Must specify a valid protocol version";
  it.each([
    ["none", undefined, "kubewarden-wapc", ["protocolVersion: must be set"]],
    ["none", undefined, "opa", ["protocolVersion: must be set"]],
    ["Unknown", "Unknown", "kubewarden-wapc", [invalid]],
    ["Unknown", "Unknown", "wasi", []],
    ["v1", "v1", "kubewarden-wapc", []],
  ])(
    "policy-runtime 29: judges protocol version %s of mode %3$s",
    (_row, protocolVersion, executionMode, problems) => {
      expect(problemsOf({ protocolVersion, executionMode })).toEqual(problems);
    },
  );
});
