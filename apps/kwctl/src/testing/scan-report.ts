import { type ManifestObject, readManifestObjects } from "../scan/manifest-object.ts";
import { readPolicyFile } from "../scan/policy-resource.ts";
import type { ScanReport, ScanResult } from "../scan/scan-result.ts";

const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
const resource = (kind: string, metadata: object, mode: string) =>
  JSON.stringify({
    ...{ apiVersion: "policies.kubewarden.io/v1", kind, metadata },
    spec: { module: "file:///policy.wasm", mode, rules },
  });

/** A report that has one of each: violations of both modes, a note, a pass, an error, and a file that cannot be read. */
export function scanReport({ line = 7 }: { readonly line?: number } = {}): ScanReport {
  const text =
    "---\n# Source: web/templates/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n";
  const file = "./manifests/a b.yaml";
  const object = readManifestObjects(text, { file, skipUntyped: false }).objects[0] as ManifestObject;
  const policies = readPolicyFile(
    [
      resource("ClusterAdmissionPolicy", { name: "psp" }, "protect"),
      resource("AdmissionPolicy", { name: "labels", namespace: "shop" }, "monitor"),
    ].join("\n---\n"),
    { path: "policies.yaml", hostCapabilities: [], defaultNamespace: "default" },
  );
  const [psp, labels] = policies as [ScanResult["policy"], ScanResult["policy"]];
  const result = (change: Partial<ScanResult>): ScanResult => ({
    ...{ policy: psp, object, outcome: "pass", message: "", causes: [], changes: [], warnings: [] },
    ...{ place: object.place, properties: {}, ...change },
  });
  return {
    results: [
      result({
        ...{ outcome: "violation", message: "spec.containers is bad", causes: ["member: why"] },
        place: { file, line, column: 3 },
      }),
      result({
        ...{ policy: labels, outcome: "violation", message: "label missing" },
        properties: { "match-conditions": "not-evaluated" },
      }),
      result({ changes: ["add /metadata/labels"], warnings: ["take care"] }),
      result({}),
      result({ outcome: "error", message: "it trapped" }),
    ],
    problems: [{ place: { file: "-", line: 1, column: 1 }, message: "no YAML" }],
    ...{ policies, objects: 1, skipped: 1, unused: [labels] },
  };
}
