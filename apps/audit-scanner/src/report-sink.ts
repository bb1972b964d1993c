import type { AuditedObject } from "./audited-object.ts";
import type { Verdict } from "./verdict.ts";

/** All that is said of one object in a run. */
export interface ObjectFindings {
  readonly object: AuditedObject;
  /** in the order of audit-and-reports.md 2.2 */
  readonly verdicts: readonly Verdict[];
  /** policies of the scope that were left out (audit-and-reports.md 2.4) */
  readonly skipped: number;
  readonly errored: number;
}

/** A namespace, or `undefined` for what is in none. */
export type ReportScope = string | undefined;

/** What of a scope must keep its reports although nothing was written (audit-and-reports.md 4.5). */
export interface KeptReports {
  /** kinds that could not be listed: `group/Kind`, `/Pod` for the core group */
  readonly kinds: ReadonlySet<string>;
  /** objects that were seen and have no new report: their UIDs */
  readonly uids: ReadonlySet<string>;
}

/** A result that a former run stored, for `--incremental`. */
export interface StoredVerdict {
  readonly uniqueName: string;
  readonly operation: string;
  readonly policyRevision: string;
  readonly reads: readonly string[] | undefined;
  readonly verdict: Omit<Verdict, "policy">;
}

/** `unstored`: the stored report is not what was found, and writing it again may help. */
export type WriteOutcome = "done" | "unstored";

/** Where findings go: one report for each object. */
export interface ReportSink {
  /**
   * Before many namespaces are scanned: one list, in pages, reads what is stored in all of them, and `open` of a namespace
   * costs no call then. Where that list is refused, `open` reads each namespace.
   * @param ignored - namespaces that no scan of all namespaces visits: reports found there are told, and stay
   */
  openNamespaces(ignored: ReadonlySet<string>, signal: AbortSignal): Promise<void>;
  /**
   * Before a scope is scanned: reads what is stored there, in pages. Findings of former runs come out of it. What fails is
   * logged, and what is not known is not deleted.
   * @throws the reason of `signal` once that is aborted; nothing else
   */
  open(scope: ReportScope, signal: AbortSignal): Promise<void>;
  /**
   * In place of `open`, before an object is looked at by itself: reads the one report that is stored of it. What fails is
   * logged.
   * @throws the reason of `signal` once that is aborted; nothing else
   */
  openObject(object: AuditedObject, signal: AbortSignal): Promise<void>;
  /** What former runs found about this very state of an object. Between `open` of its scope, or its own `openObject`, and its `write`. */
  stored(object: AuditedObject): readonly StoredVerdict[];
  /** Writes the report of an object, when it is not the same already. Never throws: what fails is logged and kept. */
  write(findings: ObjectFindings, signal: AbortSignal): Promise<WriteOutcome>;
  /**
   * After a scope was scanned in full: removes our reports that `open` found, of objects that are gone or no longer audited.
   * One by one, and only as they were found: what somebody wrote since stays. What fails is logged.
   * @throws the reason of `signal` once that is aborted; nothing else
   */
  close(scope: ReportScope, kept: KeptReports, signal: AbortSignal): Promise<void>;
}
