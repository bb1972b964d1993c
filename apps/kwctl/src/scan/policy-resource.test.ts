import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KwctlError } from "../errors.ts";
import { policyTitle, readPolicyFile } from "./policy-resource.ts";

const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
const spec = { module: "file:///p.wasm", rules };
const groupSpec = { expression: "a()", message: "no", policies: { a: { module: "file:///p.wasm" } }, rules };

const resource = (kind: string, metadata: object, spec: object) =>
  JSON.stringify({ apiVersion: "policies.kubewarden.io/v1", kind, metadata, spec });
const read = (text: string) =>
  readPolicyFile(text, { path: "p.yaml", hostCapabilities: ["*"], defaultNamespace: "default" });

describe("readPolicyFile", () => {
  it.each<[string, object, object, string, string]>([
    ["ClusterAdmissionPolicy", { name: "a" }, spec, "clusterwide-a", "ClusterAdmissionPolicy a"],
    ["AdmissionPolicy", { name: "a", namespace: "n" }, spec, "namespaced-n-a", "AdmissionPolicy n/a"],
    ["AdmissionPolicy", { name: "a" }, spec, "namespaced-default-a", "AdmissionPolicy default/a"],
    [
      "ClusterAdmissionPolicyGroup",
      { name: "a" },
      groupSpec,
      "clusterwide-group-a",
      "ClusterAdmissionPolicyGroup a",
    ],
    [
      "AdmissionPolicyGroup",
      { name: "a" },
      groupSpec,
      "namespaced-group-default-a",
      "AdmissionPolicyGroup default/a",
    ],
  ])("names a %s %j as a policy server does", (kind, metadata, spec, id, title) => {
    const [policy, ...others] = read(resource(kind, metadata, spec));
    expect(others).toEqual([]);
    expect(policy).toMatchObject({ id, kind, mode: "protect", hasMatchConditions: false });
    expect(policy?.definition.id).toBe(id);
    expect(policy && policyTitle(policy)).toBe(title);
  });

  it("fills in what the API server would", () => {
    const [policy] = read(resource("ClusterAdmissionPolicy", { name: "a" }, spec));
    expect(policy?.scope).toEqual({
      ...{ rules: [{ ...rules[0], scope: "*" }], matchPolicy: "Equivalent", namespace: undefined },
      ...{ objectSelector: [], namespaceSelector: [] },
    });
  });

  it("looks into lists, and passes over what is no policy", () => {
    const policy = JSON.parse(resource("ClusterAdmissionPolicy", { name: "a" }, spec));
    const other = { apiVersion: "v1", kind: "ConfigMap" };
    const server = { apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer" };
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: [other, policy, server] });
    expect(read(list).map(({ id }) => id)).toEqual(["clusterwide-a"]);
  });

  it.each<[string, string, string]>([
    ["a kind that is misspelt", resource("ClusterAdmisionPolicy", { name: "a" }, spec), "unknown kind"],
    [
      "another version",
      resource("AdmissionPolicy", { name: "a" }, spec).replace("/v1", "/v9"),
      "invalid apiVersion",
    ],
    ["no name", resource("AdmissionPolicy", {}, spec), "metadata.name: expected a value"],
    ["no rules", resource("AdmissionPolicy", { name: "a" }, { module: "m" }), "spec.rules: expected a value"],
    ["another mode", resource("AdmissionPolicy", { name: "a" }, { ...spec, mode: "warn" }), "mode: expected"],
    [
      "another scope",
      resource("AdmissionPolicy", { name: "a" }, { ...spec, rules: [{ ...rules[0], scope: "All" }] }),
      "spec.rules[0].scope: expected",
    ],
    [
      "another match policy",
      resource("AdmissionPolicy", { name: "a" }, { ...spec, matchPolicy: "All" }),
      "spec.matchPolicy: expected",
    ],
    ["a list", "[]", "the document is not a mapping"],
  ])("refuses %s", (_row, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("reads or refuses whatever a spec is", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(spec), "objectSelector", "mode"), fc.jsonValue()),
        (change) => {
          try {
            read(resource("ClusterAdmissionPolicy", { name: "a" }, { ...spec, ...change }));
          } catch (error) {
            expect(error).toBeInstanceOf(KwctlError);
          }
        },
      ),
    );
  });
});
