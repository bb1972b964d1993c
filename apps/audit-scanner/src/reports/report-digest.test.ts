import { describe, expect, it } from "vitest";
import { buildReport } from "./build-report.ts";
import type { Report } from "./report.ts";
import { reportDigest } from "./report-digest.ts";
import { reportTypes } from "./report-kinds.ts";
import { readStoredReport } from "./stored-report.ts";
import { findings, pod, verdict } from "./testing/findings.ts";

const options = { types: reportTypes("openreports"), runUid: "run", incremental: true };
const report = buildReport(findings(pod("ns", "uid"), [verdict({ revision: "r", message: "m" })]), options);
const digest = reportDigest(report);

/** A report that a test may change. */
interface StoredCopy {
  metadata: { labels: object; ownerReferences: object[] };
  scope: object;
  summary: object;
  results: { properties: object }[];
}

/** The report as an API server gives it back, with a change. */
function stored(edit: (report: StoredCopy) => void = () => {}) {
  const copy = backwards(structuredClone(report)) as StoredCopy;
  Object.assign(copy.metadata, { uid: "r", resourceVersion: "1", generation: 4, managedFields: [] });
  edit(copy);
  return reportDigest(readStoredReport(Buffer.from(JSON.stringify(copy))));
}

function backwards(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(backwards);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, backwards(each)]),
  );
}

const runUid = "kubewarden.io/audit-scanner-run-uid";

describe("reportDigest", () => {
  it.each<[string, (report: StoredCopy) => void]>([
    ["as it was written", () => {}],
    ["of another run", ({ metadata }) => Object.assign(metadata.labels, { [runUid]: "other" })],
    [
      "of another time",
      ({ results }) => Object.assign(results[0] ?? {}, { timestamp: { seconds: 1, nanos: 0 } }),
    ],
    ["with a label of somebody else", ({ metadata }) => Object.assign(metadata.labels, { team: "a" })],
    ["with an owner of somebody else", ({ metadata }) => metadata.ownerReferences.unshift({ uid: "x" })],
    ["with annotations", ({ metadata }) => Object.assign(metadata, { annotations: { a: "b" } })],
  ])("audit-and-reports 40: is the same for a report %s", (_row, edit) => {
    expect(stored(edit)).toBe(digest);
  });

  it.each<[string, (report: StoredCopy) => void]>([
    ["of another state of the object", ({ scope }) => Object.assign(scope, { resourceVersion: "2" })],
    ["with another summary", ({ summary }) => Object.assign(summary, { skip: 1 })],
    ["with another message", ({ results }) => Object.assign(results[0] ?? {}, { message: "n" })],
    [
      "of another revision",
      ({ results }) => Object.assign(results[0]?.properties ?? {}, { "policy-revision": "s" }),
    ],
    ["with one more property", ({ results }) => Object.assign(results[0]?.properties ?? {}, { a: "b" })],
    ["with a result twice", ({ results }) => results.push(...results)],
    ["without results", (each) => Object.assign(each, { results: [] })],
    ["without owner", ({ metadata }) => Object.assign(metadata, { ownerReferences: [] })],
    ["of upstream, with an empty source", (each) => Object.assign(each, { source: "" })],
    [
      "without the label of its version",
      ({ metadata }) => Reflect.deleteProperty(metadata.labels, "kubewarden.io/policyreport-version"),
    ],
  ])("audit-and-reports 40: is another for a report %s", (_row, edit) => {
    expect(stored(edit)).not.toBe(digest);
  });

  it("audit-and-reports 40: depends on the order of results", () => {
    const two = [verdict({ message: "1" }), verdict({ message: "2" })];
    const of = (verdicts: Report["results"]) => reportDigest({ ...report, results: verdicts });
    const { results } = buildReport(findings(pod("ns", "uid"), two), options);
    expect(of(results)).not.toBe(of(results.toReversed()));
  });
});
