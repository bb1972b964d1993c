import type { ReportScope, StoredVerdict } from "../report-sink.ts";
import { runUidLabel } from "./report.ts";
import { reportDigest } from "./report-digest.ts";
import type { StoredReport } from "./stored-report.ts";
import { createResultReader, type ResultReader } from "./stored-result.ts";

/** What is remembered of a report that is ours. */
export interface IndexedReport {
  /** of the report itself, not of the object: that is its name */
  readonly uid: string;
  readonly resourceVersion: string;
  /** of the run that wrote it */
  readonly runUid: string;
  /** of what it says */
  readonly digest: string;
  /** `group/Kind` of the object, `""` where the report does not say */
  readonly kind: string;
  /** of the object, when the verdicts were given */
  readonly objectResourceVersion: string;
  readonly verdicts: readonly StoredVerdict[];
}

/** Our reports, by scope and name, as they were found. */
export interface ReportIndex {
  /** A report of a list. */
  add(scope: ReportScope, report: StoredReport): void;
  get(scope: ReportScope, name: string): IndexedReport | undefined;
  /** The object of the report was seen: the report is not old, and no longer needed here. */
  take(scope: ReportScope, name: string): IndexedReport | undefined;
  /** Forgets a scope, and tells what nobody took. */
  takeRest(scope: ReportScope): ReadonlyMap<string, IndexedReport>;
}

/** @param options.incremental - whether verdicts are kept too */
export function createReportIndex({ incremental }: { incremental: boolean }): ReportIndex {
  const scopes = new Map<ReportScope, Map<string, IndexedReport>>();
  const results = createResultReader();
  return {
    add(scope, report) {
      const reports = scopes.getOrInsertComputed(scope, () => new Map<string, IndexedReport>());
      reports.set(report.metadata.name, indexed(report, { results, incremental }));
    },
    get: (scope, name) => scopes.get(scope)?.get(name),
    take(scope, name) {
      const report = scopes.get(scope)?.get(name);
      scopes.get(scope)?.delete(name);
      return report;
    },
    takeRest(scope) {
      const rest = scopes.get(scope) ?? new Map<string, IndexedReport>();
      scopes.delete(scope);
      if (scopes.size === 0) results.forget();
      return rest;
    },
  };
}

function indexed(
  report: StoredReport,
  { results, incremental }: { results: ResultReader; incremental: boolean },
): IndexedReport {
  const { metadata, scope } = report;
  const read = report.results.map(results.read);
  return {
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    runUid: results.share(metadata.labels[runUidLabel] ?? ""),
    digest: reportDigest(
      report,
      read.map(({ content }) => content),
    ),
    kind: results.share(groupKind(scope)),
    objectResourceVersion: scope.resourceVersion,
    verdicts: incremental && scope.resourceVersion !== "" ? read.flatMap(({ verdict }) => verdict ?? []) : [],
  };
}

function groupKind({ apiVersion, kind }: StoredReport["scope"]): string {
  if (kind === "") return "";
  const [group, version] = apiVersion.split("/");
  return version === undefined ? `/${kind}` : `${group}/${kind}`;
}
