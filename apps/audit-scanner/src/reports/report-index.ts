import type { ReportScope, StoredVerdict } from "../report-sink.ts";
import { type Report, runUidLabel } from "./report.ts";
import { reportDigest } from "./report-digest.ts";
import type { StoredReport } from "./stored-report.ts";
import { readStoredVerdicts } from "./stored-verdicts.ts";

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
  readonly verdicts: readonly StoredVerdict[];
  /** whether its object was seen in this run: it is not old then, whether or not it could be written */
  readonly isSeen: boolean;
}

/** Our reports, by scope and name, as they were found or written. */
export interface ReportIndex {
  /** A report of a list. */
  add(scope: ReportScope, report: StoredReport): void;
  get(scope: ReportScope, name: string): IndexedReport | undefined;
  /** The object of the report was seen. */
  see(scope: ReportScope, name: string): void;
  /** The report was written, and is this one now. */
  written(report: Report, stored: { uid: string; resourceVersion: string }): void;
  /** Forgets a scope, and tells what was known of it. */
  take(scope: ReportScope): ReadonlyMap<string, IndexedReport>;
}

const maxSharedTexts = 100_000;

/** @param options.incremental - whether verdicts are kept too */
export function createReportIndex({ incremental }: { incremental: boolean }): ReportIndex {
  const scopes = new Map<ReportScope, Map<string, IndexedReport>>();
  const texts = new Map<string, string>();

  /** Texts of many results are one in memory. */
  function share(text: string): string {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size >= maxSharedTexts) texts.clear(); // a daemon sees new messages all the time
    texts.set(text, text);
    return text;
  }

  function scopeOf(scope: ReportScope): Map<string, IndexedReport> {
    const reports = scopes.get(scope) ?? new Map<string, IndexedReport>();
    scopes.set(scope, reports);
    return reports;
  }

  function contentOf(report: Report | StoredReport) {
    return {
      runUid: share(report.metadata.labels[runUidLabel] ?? ""),
      digest: reportDigest(report),
      kind: share(groupKind(report.scope)),
      verdicts: incremental ? readStoredVerdicts(report, share) : [],
    };
  }

  return {
    add(scope, report) {
      const { name, uid, resourceVersion } = report.metadata;
      const isSeen = scopes.get(scope)?.get(name)?.isSeen ?? false;
      scopeOf(scope).set(name, { uid, resourceVersion, ...contentOf(report), isSeen });
    },
    get: (scope, name) => scopes.get(scope)?.get(name),
    see(scope, name) {
      const report = scopes.get(scope)?.get(name);
      if (report !== undefined) scopeOf(scope).set(name, { ...report, isSeen: true });
    },
    written(report, stored) {
      const { name, namespace } = report.metadata;
      scopeOf(namespace).set(name, { ...stored, ...contentOf(report), isSeen: true });
    },
    take(scope) {
      const reports = scopes.get(scope) ?? new Map<string, IndexedReport>();
      scopes.delete(scope);
      if (scopes.size === 0) texts.clear();
      return reports;
    },
  };
}

function groupKind({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  if (kind === "") return "";
  const [group, version] = apiVersion.split("/");
  return version === undefined ? `/${kind}` : `${group}/${kind}`;
}
