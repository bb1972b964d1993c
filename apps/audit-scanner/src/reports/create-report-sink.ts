import type { Logger } from "@kubewarden-ts/base";
import type { KubeClient } from "@kubewarden-ts/kube";
import type { ReportScope, ReportSink } from "../report-sink.ts";
import { buildReport } from "./build-report.ts";
import { deleteReports, deletionProblem } from "./delete-reports.ts";
import { getReport, listReports } from "./list-reports.ts";
import type { Report } from "./report.ts";
import { reportDigest } from "./report-digest.ts";
import { createReportIndex } from "./report-index.ts";
import { type ReportKind, type ReportTypes, reportTypes } from "./report-kinds.ts";
import { createReportLog } from "./report-log.ts";
import { writeReport } from "./write-report.ts";

export interface ReportSinkOptions {
  readonly client: KubeClient;
  readonly kind: ReportKind;
  /** of this run: the label of all its reports */
  readonly runUid: string;
  /** `false` with `--disable-store`: nothing in the cluster is created, changed or deleted */
  readonly store: boolean;
  /**
   * `--incremental`: a report that says the same is not written, and keeps the label of the run that wrote it; without, it
   * gets the label of this run. Results keep what a later run needs to reuse them.
   */
  readonly incremental: boolean;
  readonly log: Logger;
  /** Hears every report, stored or not. */
  readonly onReport?: ((report: Report) => void) | undefined;
  /** where the reports go; the usual groups of `kind` unless told */
  readonly types?: ReportTypes;
}

/** Stores reports in the cluster (audit-and-reports.md 4). */
export function createReportSink(options: ReportSinkOptions): ReportSink {
  const { client, kind, runUid, store, incremental, onReport, types = reportTypes(kind) } = options;
  const log = createReportLog(options.log, runUid);
  const index = createReportIndex({ incremental });
  // without a former run's findings and without deletion nobody needs to know what is stored
  const reads = store || incremental;
  /** namespaces that the list of all has told about, unless they were closed since */
  let known: { closed: Set<ReportScope> } | undefined;

  const typeOf = (scope: ReportScope) => (scope === undefined ? types.cluster : types.namespaced);

  async function read(scope: ReportScope | "every namespace", signal: AbortSignal): Promise<boolean> {
    const isEvery = scope === "every namespace";
    const type = isEvery ? types.namespaced : typeOf(scope);
    try {
      const namespace = isEvery ? undefined : scope;
      for await (const page of listReports(client, type, { namespace, log: log.plain, signal })) {
        for (const report of page) index.add(report.metadata.namespace, report);
      }
      return true;
    } catch (error) {
      signal.throwIfAborted();
      log.unreadable(type, error, isEvery ? undefined : scope);
      return false;
    }
  }

  return {
    async openNamespaces(ignored, signal) {
      if (!reads) return;
      known = undefined;
      if (!(await read("every namespace", signal))) return;
      known = { closed: new Set() };
      const counts = [...ignored].map((name) => [name, index.takeRest(name).size] as const);
      log.notVisited(types.namespaced, new Map(counts.filter(([, count]) => count > 0)));
    },
    async open(scope, signal) {
      if (!reads || (scope !== undefined && known?.closed.has(scope) === false)) return;
      await read(scope, signal);
    },
    async openObject({ namespace, uid }, signal) {
      if (!reads) return;
      const type = typeOf(namespace);
      try {
        const report = await getReport(client, type, { name: uid, namespace, log: log.plain, signal });
        if (report !== undefined) index.add(namespace, report);
      } catch (error) {
        signal.throwIfAborted();
        log.unreadable(type, error, namespace);
      }
    },
    stored({ namespace, uid, resourceVersion }) {
      const found = index.get(namespace, uid);
      return found?.objectResourceVersion === resourceVersion ? found.verdicts : [];
    },
    async write(findings, signal) {
      const { object, verdicts } = findings;
      for (const { policy } of verdicts) log.badSeverity(policy);
      if (object.uid === "") {
        log.withoutUid(object);
        return "done";
      }
      const report = buildReport(findings, { types, runUid, incremental });
      onReport?.(report);
      if (!store) return "done";
      const found = index.take(object.namespace, object.uid);
      const isSame = found !== undefined && found.digest === reportDigest(report);
      if (isSame && (incremental || found?.runUid === runUid)) return "done";
      try {
        const to = { client, type: typeOf(object.namespace), signal };
        const outcome = await writeReport(to, report, found && { ...found, isSame });
        if (outcome.kind === "not-ours") log.notOurs(report);
        else log.written(report, outcome);
        return "done";
      } catch (error) {
        if (!signal.aborted) log.notWritten(report, error);
        return "unstored";
      }
    },
    async close(scope, kept, signal) {
      known?.closed.add(scope);
      const old = [...index.takeRest(scope)].filter(
        ([name, { kind }]) => !kept.uids.has(name) && !kept.kinds.has(kind),
      );
      if (!store || old.length === 0) return;
      const type = typeOf(scope);
      const reports = old.map(([name, version]) => ({ name, namespace: scope, ...version }));
      try {
        await deleteReports(reports, { client, type, log: log.plain, signal });
      } catch (error) {
        signal.throwIfAborted();
        log.notDeleted(type, deletionProblem(error, type));
      }
    },
  };
}
