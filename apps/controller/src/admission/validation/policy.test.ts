import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { fakeLookUp } from "../testing/fake-look-up.ts";
import * as make from "../testing/objects.ts";
import { mistakes, validated } from "../testing/validated.ts";

const { rule } = make;
const condition = { name: "a", expression: "true" };
const shown = String.raw`"{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Near\",\"values\":[\"b\"]}]}"`;
const selector = { matchExpressions: [{ key: "a", operator: "Near", values: ["b"] }] };

describe("validation of policies", () => {
  it.each([
    ["a cluster-wide policy", make.clusterPolicy],
    ["a cluster-wide group", make.clusterGroup],
    ["a policy of a namespace", make.policy],
    ["a group of a namespace", make.policyGroup],
  ])("admits %s", async (_what, object) => {
    expect(await validated(object())).toEqual({ allowed: true, warnings: [] });
  });

  it.each<[string, object, string[]]>([
    ["no rules", { rules: [] }, ["spec.rules: Required value: a value must be specified"]],
    [
      "a rule without operations",
      { rules: [{ ...rule, operations: [] }] },
      ["spec.rules.operations: Required value: a value must be specified"],
    ],
    [
      "a rule without versions",
      { rules: [{ operations: ["CREATE"], resources: ["pods"] }] },
      ["spec.rules: Required value: apiVersions and resources must have specified values"],
    ],
    [
      "a rule without resources",
      { rules: [{ ...rule, resources: [] }] },
      ["spec.rules: Required value: apiVersions and resources must have specified values"],
    ],
    [
      "empty texts in a rule",
      { rules: [{ operations: ["CREATE", ""], apiVersions: [""], resources: ["pods", "a", ""] }] },
      [
        "spec.rules.operations[1]: Required value: must be non-empty",
        "spec.rules.rule.apiVersions[0]: Required value: must be non-empty",
        "spec.rules.rule.resources[2]: Required value: must be non-empty",
      ],
    ],
    [
      "a longer evaluation than the API server waits",
      { timeoutEvalSeconds: 11 },
      [
        "spec.timeoutEvalSeconds: Invalid value: 11: timeoutEvalSeconds cannot be greater than timeoutSeconds",
      ],
    ],
    [
      "too many conditions",
      { matchConditions: Array.from({ length: 65 }, (_, index) => ({ ...condition, name: `n${index}` })) },
      ["spec.matchConditions: Too many: 65: must have at most 64 items"],
    ],
    [
      "a blank expression",
      { matchConditions: [condition, { name: "b", expression: " \n" }] },
      ["spec.matchConditions[1].expression: Required value"],
    ],
    [
      "an expression that does not compile",
      { matchConditions: [condition, { name: "b", expression: "bad" }] },
      ['spec.matchConditions[1].expression: Invalid value: "bad": compilation failed: ERROR: <input>:1:4'],
    ],
    [
      "an expression that is no bool",
      { matchConditions: [{ name: "b", expression: "1" }] },
      ['spec.matchConditions[0].expression: Invalid value: "1": must evaluate to bool'],
    ],
    [
      "a condition without a name",
      { matchConditions: [{ name: "", expression: "true" }] },
      ["spec.matchConditions[0].name: Required value"],
    ],
    [
      "a condition whose name is none",
      { matchConditions: [{ name: "-a", expression: "true" }] },
      [
        expect.stringMatching(
          /^spec\.matchConditions\[0\]: Invalid value: "-a": name part must consist of alphanumeric characters/,
        ),
      ],
    ],
    [
      "two conditions of one name",
      { matchConditions: [condition, condition] },
      ['spec.matchConditions[1].name: Duplicate value: "a"'],
    ],
    [
      "the expression before the name, one condition after the other",
      {
        matchConditions: [
          { name: "", expression: "bad 1" },
          { name: "", expression: "1" },
        ],
      },
      [
        'spec.matchConditions[0].expression: Invalid value: "bad 1": compilation failed: ERROR: <input>:1:4',
        "spec.matchConditions[0].name: Required value",
        'spec.matchConditions[1].expression: Invalid value: "1": must evaluate to bool',
        "spec.matchConditions[1].name: Required value",
      ],
    ],
    ["an empty module", { module: "" }, ["spec.module: Required value: must be non-empty"]],
    [
      "values that no webhook can have",
      {
        failurePolicy: "Retry",
        matchPolicy: "Loose",
        sideEffects: "Some",
        rules: [{ ...rule, operations: ["PATCH"], scope: "Everywhere" }],
      },
      [
        'spec.failurePolicy: Unsupported value: "Retry": supported values: "Fail", "Ignore"',
        'spec.matchPolicy: Unsupported value: "Loose": supported values: "Equivalent", "Exact"',
        'spec.sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        'spec.rules[0].operations[0]: Unsupported value: "PATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
        'spec.rules[0].scope: Unsupported value: "Everywhere": supported values: "*", "Cluster", "Namespaced"',
      ],
    ],
    [
      "selectors that are none",
      { objectSelector: selector, namespaceSelector: selector },
      [
        `spec.objectSelector: Invalid value: ${shown}: matchExpressions[0].operator: expected In, NotIn, Exists, DoesNotExist, received "Near"`,
        `spec.namespaceSelector: Invalid value: ${shown}: matchExpressions[0].operator: expected In, NotIn, Exists, DoesNotExist, received "Near"`,
      ],
    ],
  ])("controller 16: %s", async (_what, spec, expected) => {
    expect(await mistakes(make.clusterPolicy(spec))).toEqual(expected);
  });

  it("controller 16: several mistakes stand in brackets, each once; the causes name all", async () => {
    const noOperations = { ...rule, operations: [] };
    const verdict = await validated(
      make.clusterPolicy({ rules: [noOperations, noOperations], timeoutEvalSeconds: 11 }),
    );
    const required = "Required value: a value must be specified";
    const tooLong = "Invalid value: 11: timeoutEvalSeconds cannot be greater than timeoutSeconds";
    const cause = { reason: "FieldValueRequired", message: required, field: "spec.rules.operations" };
    expect(verdict).toEqual({
      allowed: false,
      warnings: [],
      status: {
        status: "Failure",
        code: 422,
        reason: "Invalid",
        message: `ClusterAdmissionPolicy.policies.kubewarden.io "mine" is invalid: [spec.rules.operations: ${required}, spec.timeoutEvalSeconds: ${tooLong}]`,
        details: {
          name: "mine",
          group: "policies.kubewarden.io",
          kind: "ClusterAdmissionPolicy",
          causes: [
            cause,
            cause,
            { reason: "FieldValueInvalid", message: tooLong, field: "spec.timeoutEvalSeconds" },
          ],
        },
      },
    });
  });

  it("asks the API server once about good conditions, and about those that it names when one is wrong", async () => {
    const lookUp = fakeLookUp();
    const conditions = ["true", "object != null"].map((expression, index) => ({
      name: `c${index}`,
      expression,
    }));
    await validated(make.policy({ matchConditions: conditions }), { lookUp });
    expect(lookUp.checked).toEqual([["true", "object != null"]]);
    await validated(make.policy({ matchConditions: [...conditions, { name: "c", expression: "bad" }] }), {
      lookUp,
    });
    expect(lookUp.checked.slice(1)).toEqual([["true", "object != null", "bad"], ["bad"]]);
  });

  it("refuses conditions that the API server could not check", async () => {
    const failure = new KubeError("not now", { code: "KUBE_UNAVAILABLE", status: 503 });
    const object = make.policy({ matchConditions: [condition, { name: "b", expression: "true" }] });
    const found = await mistakes(object, { old: make.policy(), lookUp: fakeLookUp({ failure }) });
    expect(found).toEqual([
      "spec.matchConditions[0].expression: Internal error: the API server could not check it: not now",
    ]);
  });

  it("controller 33: warns that an API server without conditions does not check them", async () => {
    const lookUp = fakeLookUp({ withoutConditions: true });
    const verdict = await validated(make.policy({ matchConditions: [condition] }), { lookUp });
    expect(verdict).toEqual({
      allowed: true,
      warnings: [expect.stringContaining("this API server does not know them")],
    });
  });
});

describe("changes of policies", () => {
  it.each<[string, object, object, string[]]>([
    [
      "another policy server",
      { policyServer: "a" },
      { policyServer: "b" },
      ["spec.policyServer: Forbidden: the field is immutable"],
    ],
    ["no name for the default policy server", { policyServer: "" }, { policyServer: "default" }, []],
    [
      "protect to monitor",
      { mode: "protect" },
      { mode: "monitor" },
      ["spec.mode: Forbidden: field cannot transition from protect to monitor. Recreate instead."],
    ],
    ["monitor to protect", { mode: "monitor" }, { mode: "protect" }, []],
    ["an unknown mode before", { mode: 7 }, { mode: "protect" }, []],
    [
      "a mistake that was there before",
      { failurePolicy: "Retry" },
      { failurePolicy: "Retry", message: "no" },
      [],
    ],
    [
      "another mistake",
      { failurePolicy: "Retry" },
      { failurePolicy: "Again" },
      [expect.stringContaining('spec.failurePolicy: Unsupported value: "Again"')],
    ],
    [
      "an empty module that was there before",
      { module: "" },
      { module: "", message: "no" },
      ["spec.module: Required value: must be non-empty"],
    ],
  ])("controller 17: %s", async (_what, before, after, expected) => {
    expect(await mistakes(make.policy(after), { old: make.policy(before) })).toEqual(expected);
  });

  const deleted = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const invalid = { rules: "none", module: "" };
  it.each([
    ["controller 45: an object that is being deleted loses its finalizers", deleted],
    ["labels change", { labels: { a: "b" } }],
  ])("%s, whatever its spec", async (_what, metadata) => {
    const finalizers = ["kubewarden.io/finalizer"];
    const old = make.policy(invalid, { ...metadata, finalizers });
    expect(await mistakes(make.policy(invalid, metadata), { old })).toEqual([]);
    const server = { imagePullSecret: "gone" };
    const oldServer = make.policyServer(server, { ...metadata, finalizers });
    expect(await mistakes(make.policyServer(server, metadata), { old: oldServer })).toEqual([]);
  });

  it("an object that is being deleted does not become worse", async () => {
    expect(await mistakes(make.policy({ module: "" }, deleted), { old: make.policy({}, deleted) })).toEqual([
      "spec.module: Required value: must be non-empty",
    ]);
    expect(await mistakes(make.policy(invalid, deleted))).not.toEqual([]);
  });
});
