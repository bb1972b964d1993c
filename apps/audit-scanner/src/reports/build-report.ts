import type { ObjectFindings } from "../report-sink.ts";
import { buildResult } from "./build-result.ts";
import { managedBy, type Report, type ReportResult, reportVersion, runUidLabel } from "./report.ts";
import type { ReportTypes } from "./report-kinds.ts";

/**
 * The report of an object (audit-and-reports.md 4.2). The summary does not add up to the results: policies of the scope
 * that were left out have none.
 */
export function buildReport(
  { object, verdicts, skipped, errored }: ObjectFindings,
  { types, runUid, incremental }: { types: ReportTypes; runUid: string; incremental: boolean },
): Report {
  const { name, namespace, uid, resourceVersion } = object;
  const { apiVersion, kind } = object.resource;
  const type = namespace === undefined ? types.cluster : types.namespaced;
  const results = verdicts.map((verdict) => buildResult(verdict, { incremental }));
  const inNamespace = namespace === undefined ? {} : { namespace };
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    metadata: {
      name: uid,
      ...inNamespace,
      labels: {
        [managedBy.label]: managedBy.value,
        [reportVersion.label]: reportVersion.value,
        [runUidLabel]: runUid,
      },
      ownerReferences: [{ apiVersion, kind, name, uid }],
    },
    ...(types.hasSource && { source: "kubewarden" }),
    scope: { apiVersion, kind, ...inNamespace, name, uid, resourceVersion },
    summary: {
      pass: count(results, "pass"),
      fail: count(results, "fail"),
      warn: 0,
      error: errored + count(results, "error"),
      skip: skipped,
    },
    results,
  };
}

function count(results: readonly ReportResult[], result: ReportResult["result"]): number {
  return results.filter((each) => each.result === result).length;
}
