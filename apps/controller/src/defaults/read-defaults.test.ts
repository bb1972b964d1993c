import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDefaults } from "./read-defaults.ts";

const server = `apiVersion: policies.kubewarden.io/v1
kind: PolicyServer
metadata: {name: default}
spec: {image: i, replicas: 1}
`;
const policy = `apiVersion: policies.kubewarden.io/v1
kind: AdmissionPolicy
metadata: {name: a, namespace: web}
spec: {module: m, mutating: false, rules: []}
`;

describe("the ConfigMap of defaults", () => {
  it("has YAML documents under its keys, read in the order of the keys", () => {
    const { objects, problems } = readDefaults({ data: { b: policy, a: `${server}---\n---\n# nothing\n` } });
    expect(problems).toEqual([]);
    expect(objects.map(({ type, object }) => [type.plural, object.metadata.name])).toEqual([
      ["policyservers", "default"],
      ["admissionpolicies", "a"],
    ]);
    expect(objects[0]?.object["spec"]).toEqual({ image: "i", replicas: 1 });
  });

  it.each([
    ["no YAML", "a: [", /^k, document 1: /],
    ["a list", "[]", /^k, document 1: /],
    ["no name", "apiVersion: policies.kubewarden.io/v1\nkind: PolicyServer\nmetadata: {}", /name/],
    [
      "another kind",
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a}",
      /^k, document 1: expected a PolicyServer or a policy of policies.kubewarden.io\/v1, received Secret of v1$/,
    ],
    [
      "another version",
      server.replace("/v1", "/v1alpha2"),
      /received PolicyServer of policies.kubewarden.io\/v1alpha2$/,
    ],
    [
      "a policy without its namespace",
      policy.replace(", namespace: web", ""),
      /metadata.namespace: expected a namespace$/,
    ],
    [
      "a namespace too many",
      server.replace("name: default", "name: default, namespace: x"),
      /expected no namespace$/,
    ],
  ])("says what cannot be applied: %s", (_row, text, problem) => {
    const { objects, problems } = readDefaults({ data: { k: text, z: policy } });
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(objects).toHaveLength(1);
  });

  it("may hold anything", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom("---", "a: &a [*a]", "kind: x", "- !!binary x", "? {a: b}"),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(readDefaults({ data: { k: lines.join("\n") } }).objects).toEqual([]);
      }),
    );
    expect(readDefaults({}).objects).toEqual([]);
  });
});
