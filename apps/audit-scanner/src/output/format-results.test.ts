import { describe, expect, it } from "vitest";
import type { AuditablePolicy } from "../auditable-policy.ts";
import { pod, question } from "../evaluation/testing/questions.ts";
import type { ObjectFindings, ReportSink } from "../report-sink.ts";
import type { Verdict } from "../verdict.ts";
import { formatResults } from "./format-results.ts";
import { recordResults } from "./recorded-result.ts";

const { signal } = new AbortController();

function policyNamed(name: string, mode: "protect" | "monitor" = "protect"): AuditablePolicy {
  const { policy } = question(`clusterwide-${name}`, "https://localhost");
  const metadata = { name, annotations: { "io.kubewarden.policy.severity": "medium" } };
  return {
    ...policy,
    policy: { ...policy.policy, metadata, spec: { ...policy.policy.spec, mode } } as never,
  };
}

function findings(namespace: string, name: string, verdicts: readonly Partial<Verdict>[]): ObjectFindings {
  const base = { operation: "CREATE", result: "pass", message: "", atMs: 0 } as const;
  return {
    object: pod(name, { namespace }),
    verdicts: verdicts.map((verdict) => ({ policy: policyNamed("psp"), ...base, ...verdict })),
    ...{ skipped: 0, errored: 0 },
  };
}

const nowhere: ReportSink = {
  openNamespaces: async () => {},
  open: async () => {},
  openObject: async () => {},
  stored: () => [],
  write: async () => "done",
  close: async () => {},
};

async function recorded(...all: readonly ObjectFindings[]) {
  const { sink, record } = recordResults(nowhere);
  for (const each of all) await sink.write(each, signal);
  return record.results();
}

const options = { summary: { objects: 3, pass: 1, fail: 2, error: 1 }, exitCode: 3 };
const hostile = 'no\n"<&>"\u001b[2J';
const some = () =>
  recorded(
    findings("shop", "web", [
      { result: "fail", message: hostile },
      { result: "fail", message: "later", policy: policyNamed("watch", "monitor"), operation: "UPDATE" },
    ]),
    findings("bank", "b", [{ result: "error", message: "it trapped" }]),
    findings("bank", "a", [{ message: "fine" }]),
  );

describe("formatResults", () => {
  it("text: a line for each result that is no pass, sorted, whatever others wrote", async () => {
    expect(formatResults("text", await some(), options)).toBe(
      [
        "error: Pod bank/b: it trapped [clusterwide-psp, medium]",
        'fail: Pod shop/web: no "<&>"\\u001b[2J [clusterwide-psp, medium]',
        "fail: Pod shop/web: later [clusterwide-watch, info, monitor mode, UPDATE]",
        "3 objects: 1 pass, 2 fail, 1 error",
        "",
      ].join("\n"),
    );
  });

  it("json: every result, one a line", async () => {
    const text = formatResults("json", await some(), options);
    const { summary, results } = JSON.parse(text);
    expect(summary).toEqual(options.summary);
    expect(results).toHaveLength(4);
    expect(results[0]).toEqual({
      object: { apiVersion: "v1", kind: "Pod", namespace: "bank", name: "a" },
      policy: {
        uniqueName: "clusterwide-psp",
        kind: "ClusterAdmissionPolicy",
        name: "psp",
        mode: "protect",
        severity: "medium",
      },
      ...{ operation: "CREATE", result: "pass", message: "fine" },
    });
    expect(text).not.toContain("\u001b");
    expect(JSON.parse(formatResults("json", [], options)).results).toEqual([]);
  });

  it("junit: a suite for each namespace", async () => {
    const xml = formatResults("junit", await some(), options);
    expect(xml).toContain('<testsuite name="bank" tests="2" failures="0" errors="1" skipped="0"');
    expect(xml).toContain('<testsuite name="shop" tests="2" failures="2" errors="0" skipped="0"');
    expect(xml).toContain('name="clusterwide-watch: Pod shop/web (UPDATE)"');
  });

  it("sarif: a rule for each policy, a result for each fail, a notification for each error", async () => {
    const [run] = JSON.parse(formatResults("sarif", await some(), options)).runs;
    const rules = run.tool.driver.rules.map((rule: { id: string; defaultConfiguration: object }) => [
      rule.id,
      rule.defaultConfiguration,
    ]);
    expect(rules).toEqual([
      ["clusterwide-psp", { level: "warning" }],
      ["clusterwide-watch", { level: "note" }],
    ]);
    expect(run.results).toHaveLength(2);
    expect(run.invocations).toMatchObject([
      {
        ...{ executionSuccessful: false, exitCode: 3 },
        toolExecutionNotifications: [
          { message: { text: "ClusterAdmissionPolicy psp could not judge Pod bank/b: it trapped" } },
        ],
      },
    ]);
  });
});
