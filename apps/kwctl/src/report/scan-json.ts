import { printable } from "@kubewarden-ts/base";
import type { ScanPolicy } from "../scan/policy-resource.ts";
import { type ScanReport, type ScanResult, severityOf, summaryOf } from "../scan/scan-result.ts";

/** One JSON document, indented, with a newline: what was judged, result by result, those that passed too. */
export function scanJson(report: ScanReport): string {
  const document = {
    summary: summaryOf(report),
    results: report.results.map(resultJson),
    problems: report.problems.map(({ place, message }) => ({ ...place, message })),
    unusedPolicies: report.unused.map(policyJson),
  };
  return printable(`${JSON.stringify(document, null, 2)}\n`);
}

function resultJson(result: ScanResult) {
  const { policy, object, outcome, message, causes, changes, warnings, place, properties } = result;
  const { apiVersion, kind, name, namespace, template } = object;
  return {
    policy: policyJson(policy),
    object: { apiVersion, kind, name, namespace },
    ...{ outcome, severity: severityOf(result), message, causes, changes, warnings, properties },
    ...{ file: place.file, line: place.line, column: place.column, template },
  };
}

function policyJson({ id, kind, name, namespace, mode }: ScanPolicy) {
  return { id, kind, name, namespace, mode };
}
