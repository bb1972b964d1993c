import { describe, expect, it } from "vitest";
import { readCustomResources } from "./custom-resource-file.ts";

const head = (kind: string, name = "p") => `apiVersion: policies.kubewarden.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: n}
spec:
`;
const policySpec = `  module: file:///p.wasm
  mode: monitor
  mutating: true
  message: own words
  settings: {n: 1, f: 1.0}
  rules: []
  timeoutEvalSeconds: 5
  contextAwareResources: [{apiVersion: v1, kind: Pod}]
`;
const groupSpec = `  expression: a() || b()
  message: rejected
  policies:
    b: {module: "file:///b.wasm"}
    a:
      module: file:///a.wasm
      settings: {x: y}
      contextAwareResources: [{apiVersion: v1, kind: Pod}]
`;
const pod = { apiVersion: "v1", kind: "Pod" };
const read = (text: string) => readCustomResources(text, "f.yaml", ["oci/*"]);

describe("readCustomResources", () => {
  it.each([
    ["ClusterAdmissionPolicy", [pod]],
    ["AdmissionPolicy", []],
  ])("kwctl-and-oci 37: reads %s", (kind, contextAwareResources) => {
    expect(read(head(kind) + policySpec)).toEqual([
      {
        id: "p",
        contextAware: "entry",
        entry: {
          kind: "policy",
          module: "file:///p.wasm",
          policyMode: "monitor",
          allowedToMutate: true,
          message: "own words",
          settings: { n: 1n, f: 1 },
          contextAwareResources,
          hostCapabilities: ["oci/*"],
          timeoutEvalSeconds: undefined,
          namespaced: kind === "AdmissionPolicy",
        },
      },
    ]);
  });

  it.each([
    ["ClusterAdmissionPolicyGroup", [pod]],
    ["AdmissionPolicyGroup", []],
  ])("kwctl-and-oci 37: reads %s", (kind, contextAwareResources) => {
    const guest = { hostCapabilities: ["oci/*"], timeoutEvalSeconds: undefined };
    expect(read(head(kind) + groupSpec)).toMatchObject([
      {
        id: "p",
        entry: {
          kind: "group",
          policyMode: "protect",
          expression: "a() || b()",
          message: "rejected",
          namespaced: kind === "AdmissionPolicyGroup",
          policies: {
            b: { module: "file:///b.wasm", settings: {}, contextAwareResources: [], ...guest },
            a: { module: "file:///a.wasm", settings: { x: "y" }, contextAwareResources, ...guest },
          },
        },
      },
    ]);
  });

  it("kwctl-and-oci 37: reads several documents in their order and skips empty ones", () => {
    const minimal = "  module: file:///p.wasm\n";
    const text = `---\n${head("AdmissionPolicy", "b")}${minimal}---\n---\n# nothing\n---\n${head("ClusterAdmissionPolicy", "''")}${minimal}`;
    expect(read(text).map(({ id }) => id)).toEqual(["b", "crd-without-name"]);
  });

  it.each([
    ["YAML", "a: [", 'Cannot parse YAML file "f.yaml": '],
    ["an empty file", "", "cannot extract ObjectReference: the file holds no document"],
    ["a list", "- a", "cannot extract ObjectReference: the document is not a mapping"],
    ["another version", "apiVersion: v1\nkind: Pod", 'invalid apiVersion Some("v1")'],
    ["no version", "kind: Pod", "invalid apiVersion None"],
    [
      "another kind",
      "apiVersion: policies.kubewarden.io/v1\nkind: Pod",
      'unknown kind Some("Pod"), not a Kubewarden policy',
    ],
    ["no kind", "apiVersion: policies.kubewarden.io/v1", "unknown kind None, not a Kubewarden policy"],
    ["no spec", head("AdmissionPolicy"), "CRD does not have spec, but it is required for AdmissionPolicy"],
    [
      "settings that are a list",
      `${head("AdmissionPolicy")}  {module: m, settings: [a]}`,
      "Invalid settings in CRD, not an object",
    ],
    [
      "no module",
      `${head("AdmissionPolicy")}  {mode: protect}`,
      "invalid spec of AdmissionPolicy 'p': module: expected a value, received nothing",
    ],
    [
      "a wrong mode",
      `${head("AdmissionPolicy")}  {module: m, mode: Protect}`,
      "invalid spec of AdmissionPolicy 'p': mode: ",
    ],
    [
      "a list of members",
      `${head("AdmissionPolicyGroup")}  {expression: a(), message: m, policies: []}`,
      "invalid spec of AdmissionPolicyGroup 'p': policies: ",
    ],
  ])("kwctl-and-oci 37: refuses %s", (_row, text, message) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: "KwctlError", code: "KWCTL_INPUT_INVALID" });
    expect(thrown instanceof Error ? thrown.message.slice(0, message.length) : "").toBe(message);
  });
});
