import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../verdict.ts";
import { buildReport } from "./build-report.ts";
import { reportTypes } from "./report-kinds.ts";
import { readStoredReport } from "./stored-report.ts";
import { createResultReader } from "./stored-result.ts";
import { findings, pod, verdict } from "./testing/findings.ts";

const options = { types: reportTypes("openreports"), runUid: "run", incremental: true };

/** The verdict as the next run finds it. */
function stored(judged: Verdict) {
  const { metadata, ...report } = buildReport(findings(pod("ns", "uid"), [judged]), options);
  const kept = { ...report, metadata: { ...metadata, uid: "r", resourceVersion: "1" } };
  return verdicts(readStoredReport(Buffer.from(JSON.stringify(kept))).results);
}

function verdicts(results: readonly Readonly<Record<string, unknown>>[]) {
  return results.flatMap((result) => createResultReader().read(result).verdict ?? []);
}

const member = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const judgements = fc.record(
  {
    operation: fc.constantFrom("CREATE" as const, "UPDATE" as const),
    result: fc.constantFrom("pass" as const, "fail" as const),
    message: fc.string({ maxLength: 50 }),
    revision: fc.string({ minLength: 1 }),
    reads: fc.array(fc.string(), { maxLength: 3 }),
    mutationPending: fc.constant(true as const),
    failedMembers: fc.dictionary(member, fc.constant(""), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    atMs: fc.integer({ min: 0, max: 2e9 }).map((seconds) => seconds * 1000),
  },
  { requiredKeys: ["operation", "result", "message", "revision", "atMs"] },
);

describe("createResultReader", () => {
  it("audit-and-reports 40: finds again what was stored, with what it depended on", () => {
    fc.assert(
      fc.property(judgements, (judgement) => {
        const [found] = stored(verdict(judgement));
        expect(found).toEqual({
          ...{ uniqueName: "clusterwide-policy-name", operation: judgement.operation },
          ...{ policyRevision: judgement.revision },
          reads: judgement.reads,
          verdict: judgement,
        });
      }),
    );
  });

  it.each([
    ["an error", verdict({ result: "error", revision: "r" })],
    ["one of a policy whose revision is not known", verdict()],
    ["one of a policy with an empty revision", verdict({ revision: "" })],
  ])("audit-and-reports 40: never gives back %s", (_row, judged) => {
    expect(stored(judged)).toEqual([]);
  });

  it("audit-and-reports 40: does not know what a verdict depends on where that cannot be read", () => {
    const result = {
      ...{ policy: "p", result: "pass", timestamp: { seconds: 1 } },
      properties: { "policy-revision": "r", reads: '[{"no":"text"}]' },
    };
    expect(verdicts([result])).toMatchObject([{ reads: undefined }]);
  });
});

describe("readStoredReport", () => {
  const metadata = { name: "uid", uid: "r", resourceVersion: "1" };
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constant({ properties: { "policy-revision": "r" }, result: "pass" }),
  );

  it("audit-and-reports 5: reads any report that has a name, whatever else stands in it", () => {
    const reports = fc.record({
      scope: odd,
      results: fc.oneof(odd, fc.array(odd)),
      labels: odd,
      summary: odd,
    });
    fc.assert(
      fc.property(reports, ({ labels, ...report }) => {
        const bytes = Buffer.from(JSON.stringify({ ...report, metadata: { ...metadata, labels } }));
        const read = readStoredReport(bytes);
        expect(read.metadata).toMatchObject(metadata);
        expect(Array.isArray(verdicts(read.results))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("audit-and-reports 5: refuses what is no report, and fails in no other way", () => {
    const documents = fc.oneof(
      fc.uint8Array(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(documents, (bytes) => {
        expect(() => readStoredReport(bytes)).toThrow(/^(?:it is not JSON|metadata|the report|Invalid)/);
      }),
      { numRuns: 300 },
    );
  });
});
