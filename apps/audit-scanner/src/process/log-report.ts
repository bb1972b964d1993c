import type { Logger } from "@kubewarden-ts/base";
import type { Report } from "../reports/report.ts";

/** `--output-scan`: a line for each report, with all of it as JSON in a text (audit-and-reports.md 2.13). */
export function logReport(log: Logger): (report: Report) => void {
  return (report) => {
    const kind = report.metadata.namespace === undefined ? "ClusterPolicyReport" : "PolicyReport";
    log.info(`${kind} summary`, { report: JSON.stringify(report) });
  };
}
