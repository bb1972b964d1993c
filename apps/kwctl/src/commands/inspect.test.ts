import { metadataSectionName } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { textPolicy } from "../testing/text-policy.ts";

const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] };
const metadata = {
  protocolVersion: "v1",
  rules: [rule],
  annotations: {
    "io.kubewarden.kwctl": "1.38.0",
    "io.kubewarden.policy.title": "test",
    "io.kubewarden.policy.usage": "# Usage\n\nyes\n",
    "z.example": "on",
  },
  mutating: false,
  backgroundAudit: true,
  executionMode: "kubewarden-wapc",
  policyType: "kubernetes",
  contextAwareResources: [{ apiVersion: "v1", kind: "Namespace" }],
  hostCapabilities: ["oci/*"],
  minimumKubewardenVersion: "1.20.0",
};

function annotated(value: object): Uint8Array {
  return setCustomSection(textPolicy(), metadataSectionName, new TextEncoder().encode(JSON.stringify(value)));
}

function inspect(module: Uint8Array, ...flags: string[]) {
  return runKwctl(["inspect", "/p.wasm", ...flags], { files: memoryFiles({ "/p.wasm": module }) });
}

describe("kwctl inspect", () => {
  it("kwctl-and-oci 28: -o yaml gives back the metadata, keys in order", async () => {
    const { code, stdout } = await inspect(annotated(metadata), "-o", "yaml");
    expect(code).toBe(0);
    expect(parse(stdout)).toEqual(metadata);
    expect(parse(stdout, { version: "1.1" })).toEqual(metadata);
    expect(Object.keys(parse(stdout))).toEqual(Object.keys(metadata));
    expect(stdout).toContain("\nrules:\n- apiGroups:\n  - ''\n");
  });

  it("kwctl-and-oci 28: leaves out what is not there", async () => {
    const { stdout } = await inspect(annotated({ rules: [], mutating: true }), "-o", "yaml");
    expect(stdout).toBe(
      "rules: []\nmutating: true\nbackgroundAudit: true\nexecutionMode: kubewarden-wapc\npolicyType: kubernetes\ncontextAwareResources: []\n",
    );
  });

  it("kwctl-and-oci 28: an unannotated policy names the command that annotates", async () => {
    expect(await inspect(textPolicy())).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "Error: No Kubewarden metadata found inside of 'file:///p.wasm'.\nPolicies can be annotated with the `kwctl annotate` command.\n",
    });
  });

  it("shows details for people", async () => {
    const { stdout } = await inspect(annotated(metadata));
    expect(stdout).toMatchInlineSnapshot(`
      "Details
      title:                      test
      mutating:                   false
      background audit support:   true
      context aware:              true
      policy type:                kubernetes
      execution mode:             kubewarden-wapc
      protocol version:           1
      minimum kubewarden version: 1.20.0

      Annotations
      io.kubewarden.kwctl 1.38.0
      z.example           on

      Rules
      ────────────────────────────────────────────────────────────────────────────────
      - apiGroups:
        - ''
        apiVersions:
        - v1
        resources:
        - pods
        operations:
        - CREATE
      ────────────────────────────────────────────────────────────────────────────────

      Context Aware
      The policy requires access to the following Kubernetes resources:
      - apiVersion: v1
        kind: Namespace
      To avoid abuses, review carefully what the policy requests access to.

      Usage
      # Usage

      yes
      "
    `);
  });

  it("--show-signatures leaves the YAML document whole", async () => {
    const { code, stdout, stderr } = await inspect(annotated(metadata), "-o", "yaml", "--show-signatures");
    expect(code).toBe(0);
    expect(parse(stdout)).toEqual(metadata);
    expect(stderr).toContain("Cannot determine if the policy has been signed.");
  });

  it.each([
    ["a missing file", "/none.wasm", "Cannot find policy with uri: registry:///none.wasm"],
    ["a policy elsewhere", "https://host/p.wasm", "Cannot find policy with uri: https://host/p.wasm"],
  ])("kwctl-and-oci 39: cannot find %s", async (_row, name, message) => {
    expect(await runKwctl(["inspect", name])).toMatchObject({ code: 1, stderr: `Error: ${message}\n` });
  });

  it("says what is no module", async () => {
    const { code, stderr } = await inspect(new TextEncoder().encode("text"));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: cannot parse custom section of wasm module: /);
  });
});
