import { expect, it } from "vitest";
import { policiesDocument } from "./policies.ts";

const metadata = `
rules:
  - { apiGroups: [""], apiVersions: [v1], resources: [pods, services], operations: [CREATE] }
  - { apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [UPDATE] }
mutating: true
hostCapabilities: [net/v1/dns_lookup_host]
contextAwareResources: [{ apiVersion: v1, kind: Namespace }]
annotations:
  io.kubewarden.policy.description: Does things
  io.kubewarden.policy.severity: high
`;

it("policiesDocument says of each policy what its metadata says", () => {
  const files = new Map([
    ["policies/a/metadata.yml", metadata],
    ["policies/b/metadata.yml", "policyType: raw\n"],
    ["policies/README.md", "# Policies\n"],
    ["policies/a/README.md", "# a\n"],
    ["policies/a/policy.ts", ""],
    ["policies/b/README.md", "# b\n"],
  ]);
  const { path, text } = policiesDocument(files);
  expect(path).toBe("docs/reference/policies.md");
  expect(text.split("\n").filter((line) => line.startsWith("| ["))).toEqual([
    "| [a](../../policies/a) | Does things | pods, services | yes | v1 Namespace | `net/v1/dns_lookup_host` | high | [README](../../policies/a/README.md), [form](../../policies/a/questions-ui.yml) |",
    "| [b](../../policies/b) |  | raw requests | no |  |  |  | [README](../../policies/b/README.md) |",
  ]);
});

it("policiesDocument names the file it cannot read", () => {
  const files = new Map([["policies/a/metadata.yml", "mutating: maybe\n"]]);
  expect(() => policiesDocument(files)).toThrow(/^policies\/a\/metadata\.yml: /);
});
