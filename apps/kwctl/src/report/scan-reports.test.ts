import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { exitCodeOf, type FailOn } from "../scan/scan-result.ts";
import { scanReport } from "../testing/scan-report.ts";
import { scanJson } from "./scan-json.ts";
import { scanJunit } from "./scan-junit.ts";
import { scanText } from "./scan-text.ts";

const file = "./manifests/a b.yaml";

describe("the reports of a scan", () => {
  it("text: like a compiler's", () => {
    expect(scanText(scanReport())).toBe(`<stdin>:1:1: error: no YAML
${file}:7:3: error: Pod shop/web: spec.containers is bad [clusterwide-psp]
    member: why
${file}:3:1: warning: Pod shop/web: label missing [namespaced-shop-labels, monitor mode]
    match-conditions: not-evaluated
${file}:3:1: note: Pod shop/web: take care [clusterwide-psp]
${file}:3:1: note: Pod shop/web: would be changed: add /metadata/labels [clusterwide-psp]
${file}:3:1: error: Pod shop/web: it trapped [clusterwide-psp]
note: AdmissionPolicy shop/labels concerns no object
1 object, 1 document skipped, 2 policies, 5 evaluations: 1 violation, 1 warning, 2 errors
`);
  });

  it("json: every result", () => {
    const { summary, results, problems, unusedPolicies } = JSON.parse(scanJson(scanReport()));
    expect(summary).toEqual({
      ...{ objects: 1, policies: 2, evaluations: 5, violations: 1, warnings: 1, errors: 2 },
    });
    expect(results.map(({ severity, outcome }: Record<string, string>) => `${outcome} ${severity}`)).toEqual([
      "violation error",
      "violation warning",
      "pass note",
      "pass none",
      "error error",
    ]);
    expect(results[0]).toEqual({
      policy: { id: "clusterwide-psp", kind: "ClusterAdmissionPolicy", name: "psp", mode: "protect" },
      object: { apiVersion: "v1", kind: "Pod", name: "web", namespace: "shop" },
      ...{ outcome: "violation", severity: "error", message: "spec.containers is bad" },
      ...{ causes: ["member: why"], changes: [], warnings: [], properties: {} },
      ...{ file, line: 7, column: 3, template: "web/templates/pod.yaml" },
    });
    expect(problems).toEqual([{ file: "-", line: 1, column: 1, message: "no YAML" }]);
    expect(unusedPolicies).toMatchObject([{ id: "namespaced-shop-labels" }]);
  });

  it.each<[FailOn, string]>([
    ["error", 'tests="5" failures="1" errors="1"'],
    ["warning", 'tests="5" failures="2" errors="1"'],
  ])("junit, --fail-on %s: a suite for each file", async (failOn, counts) => {
    const xml = scanJunit(scanReport(), failOn);
    expect(xml).toContain(`<testsuite name="${file}" ${counts}`);
    expect(xml).toContain('<testsuite name="-" tests="1" failures="0" errors="1"');
    const schema = await readFile(
      join(import.meta.dirname, "../../../../packages/report-formats/src/testing/junit.xsd"),
      "utf8",
    );
    const { errors } = await validateXML({ xml: [{ fileName: "r.xml", contents: xml }], schema: [schema] });
    expect(errors).toEqual([]);
  });

  it.each<[FailOn, number, number]>([
    ["error", 1, 1],
    ["warning", 1, 1],
    ["never", 0, 0],
  ])("--fail-on %s", (failOn, both, violationsOnly) => {
    const { results, ...rest } = scanReport();
    const judged = results.filter(({ outcome }) => outcome !== "error");
    const report = { ...rest, problems: [], results: judged };
    expect(exitCodeOf(report, failOn)).toBe(both);
    expect(exitCodeOf({ ...report, results: judged.slice(0, 1) }, failOn)).toBe(violationsOnly);
    expect(exitCodeOf(scanReport(), failOn)).toBe(2);
    const warning = exitCodeOf({ ...report, results: judged.slice(1, 2) }, failOn);
    expect(warning).toBe(failOn === "warning" ? 1 : 0);
  });
});
