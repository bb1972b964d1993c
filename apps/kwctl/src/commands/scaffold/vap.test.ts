import { describe, expect, it } from "vitest";
import { memoryFiles } from "../../testing/memory-files.ts";
import { runKwctl } from "../../testing/run-kwctl.ts";

const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: object.spec.replicas < 5}]
`;
const binding = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: here}
spec: {policyName: replicas, validationActions: [Deny]}
`;
const other = binding.replace("policyName: replicas", "policyName: other");
const files = memoryFiles({
  "other.yml": other,
  "vap.yml": policy,
  "binding.yml": binding,
  "broken.yml": "a: [",
});
const vap = (line: string) => runKwctl(["scaffold", "vap", ...line.split(" ")], { files });

describe("kwctl scaffold vap", () => {
  it.each([
    ["an untagged module", "--cel-policy ghcr.io/acme/cel", "ghcr.io/acme/cel", 1],
    ["the default module", "", "ghcr.io/kubewarden/policies/cel-policy:latest", 1],
    ["a versioned module", "--cel-policy ghcr.io/acme/cel:v1", "ghcr.io/acme/cel:v1", 0],
  ])("kwctl-and-oci 30: with %s", async (_row, flags, module, warnings) => {
    const { code, stdout, stderr, lines } = await vap(`-p vap.yml -b binding.yml ${flags}`.trimEnd());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`\n  module: ${module}\n`);
    expect(lines.map(({ message }) => message)).toEqual(
      Array(warnings).fill(expect.stringContaining("Using the 'latest' version of the CEL policy")),
    );
  });

  it("says in a comment that the binding is one of another policy", async () => {
    const { stdout, lines } = await vap("-p vap.yml -b other.yml --cel-policy ghcr.io/acme/cel:v1");
    expect(stdout).toMatch(/^# The binding is one of the policy "other", not of "replicas"\.\napiVersion: /);
    expect(lines).toEqual([]);
  });

  it.each([
    ["-p none.yml -b binding.yml", "cannot open none.yml: No such file or directory (os error 2)"],
    ["-p vap.yml -b none.yml", "cannot open none.yml: No such file or directory (os error 2)"],
    ["-p broken.yml -b binding.yml", "cannot convert given data into a ValidatingAdmissionPolicy: "],
    ["-p vap.yml -b vap.yml", "cannot convert given data into a ValidatingAdmissionPolicyBinding: "],
  ])("kwctl-and-oci 30, 44: `%s` fails", async (line, message) => {
    const { code, stdout, stderr } = await vap(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Error: ${message}`);
  });
});
