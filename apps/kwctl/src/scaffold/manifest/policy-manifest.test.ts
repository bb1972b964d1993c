import { toMetadata } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { yamlText } from "../../yaml-text.ts";
import { manifestWarnings } from "./manifest-warnings.ts";
import { type ManifestOptions, policyManifest } from "./policy-manifest.ts";

const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
const reads = { contextAwareResources: [{ apiVersion: "v1", kind: "Pod" }] };

function options(metadata: object = {}, more: Partial<ManifestOptions> = {}): ManifestOptions {
  return {
    module: "registry://ghcr.io/kubewarden/tests/safe-labels:v0.1.13",
    metadata: toMetadata({ rules, mutating: false, ...metadata }),
    ...{ type: "ClusterAdmissionPolicy", settings: {}, title: undefined, allowContextAware: false },
    ...more,
  };
}

const text = (...args: Parameters<typeof options>) => yamlText(policyManifest(options(...args)));

describe("policyManifest", () => {
  it("kwctl-and-oci 29: is the whole document of 7.1", () => {
    const annotations = {
      "io.kubewarden.policy.title": "safe-labels",
      "io.kubewarden.policy.severity": "medium",
      "io.kubewarden.policy.category": "PSP",
      "io.kubewarden.policy.standards.pci-dss": "1.2, 3.4",
      "io.kubewarden.policy.standardsfoo": "no",
      "io.kubewarden.policy.author": "no",
    };
    const settings = { denied_labels: ["foo", "on"], limit: 9007199254740993n, ratio: 1, half: 0.5 };
    const metadata = { annotations, backgroundAudit: false, ...reads };
    expect(text(metadata, { settings, allowContextAware: true })).toBe(`apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata:
  annotations:
    io.kubewarden.policy.category: PSP
    io.kubewarden.policy.severity: medium
    io.kubewarden.policy.standards.pci-dss: 1.2, 3.4
  name: safe-labels
spec:
  module: registry://ghcr.io/kubewarden/tests/safe-labels:v0.1.13
  settings:
    denied_labels:
    - foo
    - 'on'
    limit: 9007199254740993
    ratio: 1.0
    half: 0.5
  rules:
  - apiGroups:
    - ''
    apiVersions:
    - v1
    resources:
    - pods
    operations:
    - CREATE
  mutating: false
  backgroundAudit: false
  contextAwareResources:
  - apiVersion: v1
    kind: Pod
`);
  });

  it("kwctl-and-oci 29: leaves out what there is nothing to say about", () => {
    const document = text();
    expect(document).toContain("metadata: {}\n");
    expect(document).toContain("settings: {}\n");
    expect(document).not.toMatch(/backgroundAudit|contextAwareResources|annotations/);
  });

  it.each([
    ["not without the flag", "ClusterAdmissionPolicy", false],
    ["never of an AdmissionPolicy", "AdmissionPolicy", true],
  ] as const)("kwctl-and-oci 29: contextAwareResources: %s", (_row, type, allowContextAware) => {
    expect(text(reads, { type, allowContextAware })).not.toContain("contextAwareResources");
  });

  const titled = { annotations: { "io.kubewarden.policy.title": "from-metadata" } };
  it.each([
    ["of the flag", "given.name-1", titled, "given.name-1"],
    ["of the metadata", undefined, titled, "from-metadata"],
    [
      "of 253 characters",
      `${"a".repeat(63)}.`.repeat(3) + "b".repeat(61),
      {},
      `${"a".repeat(63)}.`.repeat(3) + "b".repeat(61),
    ],
  ])("kwctl-and-oci 29: is named by the title %s", (_row, title, metadata, name) => {
    expect(policyManifest(options(metadata, { title }))).toMatchObject({ metadata: { name } });
  });

  it.each([
    "Safe",
    "a b",
    "",
    "-a",
    "a-",
    "a..b",
    ".a",
    "a_b",
    "ä",
    "a\n",
    "a".repeat(64),
    `${"a".repeat(63)}.`.repeat(3) + "b".repeat(62),
  ])("kwctl-and-oci 29: refuses the title %j", (title) => {
    const beginning = `Invalid title '${title}'. Must conform to RFC 1123: `;
    expect(() => text({}, { title })).toThrow(beginning);
    expect(() => text({ annotations: { "io.kubewarden.policy.title": title } })).toThrow(beginning);
  });
});

describe("manifestWarnings", () => {
  const nodes = { rules: [{ ...rules[0], resources: ["pods", "namespaces", "nodes/status"] }] };
  it.each([
    ["nothing to say", {}, "ClusterAdmissionPolicy", false, 0],
    ["reads that are not granted", reads, "ClusterAdmissionPolicy", false, 3],
    ["reads that are granted", reads, "ClusterAdmissionPolicy", true, 2],
    ["reads that cannot be granted", reads, "AdmissionPolicy", true, 1],
    ["rules for what lives in no namespace", nodes, "AdmissionPolicy", false, 1],
    ["the same for the whole cluster", nodes, "ClusterAdmissionPolicy", false, 0],
  ] as const)("kwctl-and-oci 29: %s", (_row, metadata, type, allowContextAware, count) => {
    expect(manifestWarnings(options(metadata, { type, allowContextAware }))).toHaveLength(count);
  });

  it("names what an AdmissionPolicy never sees", () => {
    const [warning] = manifestWarnings(options(nodes, { type: "AdmissionPolicy" }));
    expect(warning).toContain("(namespaces, nodes/status)");
  });
});
