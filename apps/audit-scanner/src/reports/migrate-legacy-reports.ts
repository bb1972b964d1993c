import type { Logger } from "@kubewarden-ts/base";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import { deleteReports, deletionProblem } from "./delete-reports.ts";
import { listReports } from "./list-reports.ts";
import { type ReportTypes, reportTypes } from "./report-kinds.ts";

export interface MigrateLegacyReportsOptions {
  readonly client: KubeClient;
  /** `false` with `--disable-store`: nothing is deleted then */
  readonly store: boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** where the legacy reports are; those of wgpolicyk8s.io unless told */
  readonly types?: ReportTypes;
}

/**
 * Removes our reports of wgpolicyk8s.io, in all namespaces, ignored ones too (audit-and-reports.md 4.6): for a scanner that
 * writes openreports.io. Those of others stay. Where the kinds are not served, there is nothing to do. What fails is logged.
 * @returns how many are gone
 * @throws the reason of `signal` once that is aborted; nothing else
 */
export async function migrateLegacyReports(options: MigrateLegacyReportsOptions): Promise<number> {
  const { client, store, log, signal, types = reportTypes("policyreport") } = options;
  if (!store) return 0;
  let deleted = 0;
  for (const type of [types.cluster, types.namespaced]) {
    try {
      for await (const page of listReports(client, type, { log, signal })) {
        const reports = Array.from(page, ({ metadata }) => metadata);
        deleted += await deleteReports(reports, { client, type, log, signal });
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isKubeError(error, "KUBE_RESOURCE_UNKNOWN")) continue;
      log.warn("Failed to delete legacy wgpolicyk8s.io PolicyReports, continuing", {
        error: deletionProblem(error, type),
      });
    }
  }
  return deleted;
}
