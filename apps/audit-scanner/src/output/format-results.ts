import { printable, printableLine } from "@kubewarden-ts/base";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { type JunitCase, junitXml, type SarifLevel, sarifText } from "@kubewarden-ts/report-formats";
import type { OutputFormat } from "./output-format.ts";
import { objectTitle, policyTitle, type RecordedPolicy, type RecordedResult } from "./recorded-result.ts";

/** What a run came to. */
export interface ResultSummary {
  readonly objects: number;
  readonly pass: number;
  readonly fail: number;
  readonly error: number;
}

export interface FormatOptions {
  readonly summary: ResultSummary;
  /** of the process */
  readonly exitCode: number;
}

/** All results of a run as one document, with a newline at its end. */
export function formatResults(
  format: OutputFormat,
  results: readonly RecordedResult[],
  { summary, exitCode }: FormatOptions,
): string {
  switch (format) {
    case "text":
      return resultsText(results, summary);
    case "json":
      return resultsJson(results, summary);
    case "junit":
      return resultsJunit(results);
    case "sarif":
      return resultsSarif(results, exitCode);
  }
}

/** A line for each result that is no pass, then what it comes to. */
function resultsText(results: readonly RecordedResult[], summary: ResultSummary): string {
  const lines = results
    .filter(({ result }) => result !== "pass")
    .map(({ object, policy, operation, result, message }) => {
      const marks = [
        policy.uniqueName,
        ...(policy.severity ? [policy.severity] : []),
        ...(policy.mode === "monitor" ? ["monitor mode"] : []),
        ...(operation === "UPDATE" ? ["UPDATE"] : []),
      ];
      return `${result}: ${objectTitle(object)}: ${message} [${marks.join(", ")}]`;
    });
  const { objects, pass, fail, error } = summary;
  const last = `${objects} objects: ${pass} pass, ${fail} fail, ${error} error`;
  return [...lines, last].map((line) => `${printableLine(line)}\n`).join("");
}

/** Each result in a line of its own, so that big documents can be read piece by piece. */
function resultsJson(results: readonly RecordedResult[], summary: ResultSummary): string {
  const lines = results.map((result) => `    ${JSON.stringify(result)}`);
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`;
  return printable(`{\n  "summary": ${JSON.stringify(summary)},\n  "results": ${list}\n}\n`);
}

/** A suite for each namespace, a case for each object and policy. */
function resultsJunit(results: readonly RecordedResult[]): string {
  const suites = Map.groupBy(results, ({ object }) => object.namespace ?? "cluster-wide");
  const named = Array.from(suites, ([name, ofSuite]) => ({ name, cases: ofSuite.map(junitCase) }));
  return junitXml("audit-scanner", named);
}

const junitOutcomes = { pass: "passed", fail: "failed", error: "error" } as const;

function junitCase({ object, policy, operation, result, message }: RecordedResult): JunitCase {
  const suffix = operation === "CREATE" ? "" : ` (${operation})`;
  return {
    name: `${policy.uniqueName}: ${objectTitle(object)}${suffix}`,
    className: `${object.apiVersion}.${object.kind}`,
    outcome: junitOutcomes[result],
    ...(result === "pass" ? message !== "" && { output: message } : { message }),
  };
}

/** A rule for each policy that was asked, a result for each `fail`; an `error` is a notification. */
function resultsSarif(results: readonly RecordedResult[], exitCode: number): string {
  const rules = new Map(results.map(({ policy }) => [policy.uniqueName, policy]));
  return sarifText({
    ...{ tool: "audit-scanner", version: KUBEWARDEN_VERSION, exitCode },
    rules: Array.from(rules.values(), (policy) => ({
      id: policy.uniqueName,
      description: policyTitle(policy),
      level: levelOf(policy),
    })),
    results: results
      .filter(({ result }) => result === "fail")
      .map(({ object, policy, operation, message }) => ({
        ruleId: policy.uniqueName,
        level: levelOf(policy),
        message: `${objectTitle(object)}: ${message}`,
        location: { object: objectTitle(object) },
        identity: [policy.uniqueName, object.apiVersion, objectTitle(object), operation],
      })),
    notifications: results
      .filter(({ result }) => result === "error")
      .map(({ object, policy, message }) => ({
        message: `${policyTitle(policy)} could not judge ${objectTitle(object)}: ${message}`,
        location: { object: objectTitle(object) },
      })),
  });
}

function levelOf({ mode, severity }: RecordedPolicy): SarifLevel {
  if (mode === "monitor" || severity === "info") return "note";
  return severity === "low" || severity === "medium" ? "warning" : "error";
}
