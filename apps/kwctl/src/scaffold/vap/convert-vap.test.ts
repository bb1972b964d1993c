import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { yamlText } from "../../yaml-text.ts";
import { convertVap } from "./convert-vap.ts";
import { readValidatingAdmissionPolicy, readValidatingAdmissionPolicyBinding } from "./vap-schema.ts";

const apiVersion = "admissionregistration.k8s.io/v1";
const rule = {
  apiGroups: ["apps"],
  apiVersions: ["v1"],
  operations: ["CREATE", "UPDATE"],
  resources: ["deployments"],
};
const validations = [{ expression: "object.spec.replicas <= 10", message: "at most 10", reason: "Invalid" }];
const paramKind = { apiVersion: "v1", kind: "ConfigMap" };
const paramRef = { name: "limits", namespace: "test", parameterNotFoundAction: "Deny" };
const inDefault = { matchLabels: { "kubernetes.io/metadata.name": "default" } };

const policyText = (spec: object = {}) =>
  stringify({
    ...{ apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name: "replicas" } },
    spec: { failurePolicy: "Fail", matchConstraints: { resourceRules: [rule] }, validations, ...spec },
  });
const bindingText = (spec: object = {}) =>
  stringify({
    ...{ apiVersion, kind: "ValidatingAdmissionPolicyBinding" },
    metadata: { name: "replicas-here", labels: { team: "a" } },
    spec: { policyName: "replicas", validationActions: ["Deny"], ...spec },
  });

const module = "ghcr.io/acme/cel-policy:v1.0.0";
function convert(policy: object = {}, binding: object = {}) {
  return convertVap(
    readValidatingAdmissionPolicy(policyText(policy)),
    readValidatingAdmissionPolicyBinding(bindingText(binding)),
    module,
  );
}
const specOf = (...args: Parameters<typeof convert>) => Object(convert(...args).resource).spec;

describe("convertVap", () => {
  it("kwctl-and-oci 30: is the whole document, without a warning", () => {
    const variables = [{ name: "limit", expression: "10" }];
    const { resource, warnings } = convert(
      { variables },
      { matchResources: { namespaceSelector: inDefault } },
    );
    expect(warnings).toEqual([]);
    expect(yamlText(resource)).toBe(`apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata:
  name: replicas-here
  labels:
    team: a
spec:
  module: ghcr.io/acme/cel-policy:v1.0.0
  settings:
    failurePolicy: Fail
    variables:
    - name: limit
      expression: '10'
    validations:
    - expression: object.spec.replicas <= 10
      message: at most 10
      reason: Invalid
  rules:
  - apiGroups:
    - apps
    apiVersions:
    - v1
    resources:
    - deployments
    operations:
    - CREATE
    - UPDATE
  mutating: false
  namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: default
`);
  });

  it("kwctl-and-oci 30: parameters are settings, and what they are read from is granted", () => {
    const spec = specOf({ paramKind }, { paramRef });
    expect(spec.settings).toMatchObject({ paramKind, paramRef });
    expect(spec.contextAwareResources).toEqual([paramKind]);
  });

  it.each([
    [{ paramKind }, {}],
    [{}, { paramRef }],
  ])("kwctl-and-oci 30, policies-and-sdk 46: refuses %j with %j", (policy, binding) => {
    const message = "Both paramKind and paramRef must be present together, or both absent";
    expect(() => convert(policy, binding)).toThrow(message);
  });

  it("grants what the expressions plainly read", () => {
    const expression = "namespaceObject.metadata.name == kw.k8s.apiVersion('v1').kind(\"Secret\").get('a').x";
    expect(specOf({ validations: [{ expression }] }).contextAwareResources).toEqual([
      { apiVersion: "v1", kind: "Namespace" },
      { apiVersion: "v1", kind: "Secret" },
    ]);
  });

  it.each([
    ["Namespaced", { scope: "Namespaced" }],
    ["Cluster", { scope: "Cluster" }],
    ["*", {}],
  ])("a rule of scope %s", (scope, kept) => {
    const { operations, resources, apiGroups, apiVersions } = rule;
    expect(specOf({ matchConstraints: { resourceRules: [{ ...rule, scope }] } }).rules).toEqual([
      { apiGroups, apiVersions, resources, operations, ...kept },
    ]);
  });

  it("what is selected is what the policy and the binding select", () => {
    const web = { matchLabels: { tier: "web" } };
    const matchConstraints = {
      ...{ resourceRules: [rule], matchPolicy: "Exact", namespaceSelector: web, objectSelector: web },
    };
    const { namespaceSelector, objectSelector, matchPolicy } = specOf(
      { matchConstraints },
      { matchResources: { namespaceSelector: inDefault, objectSelector: {} } },
    );
    const both = { matchLabels: { "kubernetes.io/metadata.name": "default", tier: "web" } };
    expect({ namespaceSelector, objectSelector, matchPolicy }).toEqual({
      ...{ namespaceSelector: both, objectSelector: web, matchPolicy: "Exact" },
    });
  });

  it.each([
    [["Audit"], "monitor"],
    [["Warn", "Audit"], "monitor"],
    [["Deny", "Audit"], undefined],
    [[], undefined],
  ])("policies-and-sdk 4.3: the actions %j give the mode %s", (validationActions, mode) => {
    const { resource, warnings } = convert({}, { validationActions });
    expect(Object(resource).spec.mode).toBe(mode);
    expect(warnings).toHaveLength(mode === undefined ? 0 : 1);
  });

  const rules = [rule];
  it.each([
    ["auditAnnotations are ignored", { auditAnnotations: [{ key: "a", valueExpression: "'b'" }] }, {}],
    ["matchConditions are ignored", { matchConditions: [{ name: "a", expression: "true" }] }, {}],
    ["excludeResourceRules", { matchConstraints: { resourceRules: rules, excludeResourceRules: rules } }, {}],
    ["the rules of the binding", {}, { matchResources: { resourceRules: rules } }],
    ["excludeResourceRules", {}, { matchResources: { excludeResourceRules: rules } }],
    [
      "resourceNames are ignored",
      { matchConstraints: { resourceRules: [{ ...rule, resourceNames: ["a"] }] } },
      {},
    ],
    [
      "makes up which Kubernetes resources",
      { validations: [{ expression: "kw.k8s.apiVersion(a).kind(b).list()" }] },
      {},
    ],
  ])("policies-and-sdk 46: says that %s", (message, policy, binding) => {
    expect(convert(policy, binding).warnings).toEqual([expect.stringContaining(message)]);
  });

  const cannotConvert = "error converting VAP matchConstraints into rules: ";
  it.each([
    ["unknown operation", [{ ...rule, operations: ["PATCH"] }]],
    ["there are no resourceRules", []],
  ])("kwctl-and-oci 30: %s", (problem, resourceRules) => {
    expect(() => convert({ matchConstraints: { resourceRules } })).toThrow(cannotConvert + problem);
  });
});

const policyProblem = "cannot convert given data into a ValidatingAdmissionPolicy: ";
const bindingProblem = "cannot convert given data into a ValidatingAdmissionPolicyBinding: ";

describe("reading both files", () => {
  it.each([
    ["nothing", "", "expected one document, received 0"],
    ["two documents", `${policyText()}---\n${policyText()}`, "expected one document, received 2"],
    ["a list", "[]", ""],
    [
      "the other kind",
      bindingText(),
      'kind: expected "ValidatingAdmissionPolicy", received "ValidatingAdmissionPolicyBinding"',
    ],
    [
      "another group",
      policyText().replace("admissionregistration.k8s.io", "acme.test"),
      "apiVersion: expected",
    ],
    ["what is no YAML", "a: b: c", "Nested mappings"],
    [
      "no rules",
      policyText({ matchConstraints: undefined }),
      "spec.matchConstraints: expected a value, received nothing",
    ],
    [
      "a list of rules that is none",
      policyText({ matchConstraints: { resourceRules: {} } }),
      "spec.matchConstraints.resourceRules: expected Array",
    ],
  ])("kwctl-and-oci 30: refuses %s", (_row, text, problem) => {
    expect(() => readValidatingAdmissionPolicy(text)).toThrow(policyProblem + problem);
  });

  it("kwctl-and-oci 30: refuses a policy in place of the binding", () => {
    expect(() => readValidatingAdmissionPolicyBinding(policyText())).toThrow(bindingProblem);
  });

  it("converts or refuses whatever there is, with the words of the command", () => {
    const value = fc.oneof(
      fc.constantFrom(null, "*", "CREATE", "Deny", "Namespaced", "object.x == 'a'", ["CREATE"], [rule], {}, [
        {},
      ]),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const keys =
      "resourceRules matchPolicy namespaceSelector matchConstraints validations variables paramKind paramRef matchResources validationActions";
    const object = fc.dictionary(fc.constantFrom(...keys.split(" ")), value, { maxKeys: 6 });
    fc.assert(
      fc.property(object, object, object, (spec, match, binding) => {
        try {
          const matchConstraints = { resourceRules: [rule], ...match };
          expect(convert({ matchConstraints, ...spec }, binding).resource).toBeDefined();
        } catch (error) {
          expect(String(error)).toMatch(
            /^KwctlError: (cannot convert given data|error converting VAP|Both paramKind)/,
          );
        }
      }),
    );
  });
});
