import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { scanReport } from "../testing/scan-report.ts";
import { scanSarif } from "./sarif.ts";

// The schema is of draft 4, of which it uses nothing that later drafts read otherwise but the name of its id.
const { $schema: _draft, id: _id, ...rules } = schema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(rules);

function faultsOf(sarif: unknown): string[] {
  validate(sarif);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

describe("scanSarif", () => {
  const sarif = JSON.parse(scanSarif(scanReport(), 2));
  const [run] = sarif.runs;

  it("is SARIF 2.1.0", () => {
    expect(faultsOf(sarif)).toEqual([]);
    expect(sarif).toMatchObject({
      version: "2.1.0",
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    });
  });

  it("is checked by a schema that knows what it must not be", () => {
    expect(faultsOf({ ...sarif, runs: [{ ...run, results: [{ level: "fatal" }] }] })).not.toEqual([]);
  });

  it("has a rule for each policy, with the level of its mode", () => {
    expect(run.tool.driver.rules).toEqual([
      {
        id: "clusterwide-psp",
        shortDescription: { text: "ClusterAdmissionPolicy psp" },
        defaultConfiguration: { level: "error" },
      },
      {
        id: "namespaced-shop-labels",
        shortDescription: { text: "AdmissionPolicy shop/labels" },
        defaultConfiguration: { level: "warning" },
      },
    ]);
  });

  it("has violations and notes as results, each at its place", () => {
    const told = run.results.map((result: Record<string, unknown>) => [
      result["ruleId"],
      result["ruleIndex"],
      result["level"],
      result["message"],
    ]);
    expect(told).toEqual([
      ["clusterwide-psp", 0, "error", { text: "Pod shop/web: spec.containers is bad\nmember: why" }],
      ["namespaced-shop-labels", 1, "warning", { text: "Pod shop/web: label missing" }],
      [
        "clusterwide-psp",
        0,
        "note",
        { text: "Pod shop/web: take care; would be changed: add /metadata/labels" },
      ],
    ]);
    expect(run.results[0].locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: "manifests/a%20b.yaml" },
          region: { startLine: 7, startColumn: 3 },
        },
        logicalLocations: [{ fullyQualifiedName: "Pod shop/web", kind: "resource" }],
      },
    ]);
    expect(run.results[1].properties).toEqual({
      "match-conditions": "not-evaluated",
      template: "web/templates/pod.yaml",
    });
  });

  it("tells what could not be judged as notifications of a run that failed", () => {
    expect(run.invocations).toMatchObject([
      {
        executionSuccessful: false,
        exitCode: 2,
        toolExecutionNotifications: [
          { level: "error", message: { text: "no YAML" } },
          {
            level: "error",
            message: { text: "ClusterAdmissionPolicy psp could not judge Pod shop/web: it trapped" },
          },
        ],
      },
    ]);
  });

  it("tells alerts apart by policy and object, wherever they stand", () => {
    const [first, second] = run.results.map(
      (result: { partialFingerprints: object }) => result.partialFingerprints,
    );
    expect(first).not.toEqual(second);
    const moved = JSON.parse(scanSarif(scanReport({ line: 99 }), 2)).runs[0].results[0];
    expect(moved.partialFingerprints).toEqual(first);
  });
});
