import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { collectionPath, type KubeClient, listPages } from "@kubewarden-ts/kube";
import { managedBy, managedSelector } from "./report.ts";
import { readStoredReport, type StoredReport } from "./stored-report.ts";

export interface ListReportsOptions {
  /** all namespaces without */
  readonly namespace?: string | undefined;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** A report has some kilobytes, and is many objects in memory until it is looked at. */
const pageSize = 200;

/**
 * Our reports, page by page: those with the label that says so. A report that cannot be read is left alone, with a warning.
 * A list that the API server had to begin anew gives some reports twice.
 * @throws {KubeError} of a request
 */
export async function* listReports(
  client: KubeClient,
  type: ResourceType<KubernetesObject>,
  { namespace, log, signal }: ListReportsOptions,
): AsyncGenerator<readonly StoredReport[]> {
  const path = collectionPath(type, namespace);
  const pages = listPages(client, { path, labelSelector: managedSelector, pageSize, ahead: true, signal });
  for await (const part of pages) {
    if (part.kind === "restart") continue;
    const { body, items } = part.page;
    const reports: StoredReport[] = [];
    for (let run = 0; run < items.length; run += 2) {
      const report = readReport(body.subarray(items[run], items[run + 1]), type.kind, log);
      if (report !== undefined) reports.push(report);
    }
    yield reports;
  }
}

function readReport(bytes: Uint8Array, kind: string, log: Logger): StoredReport | undefined {
  try {
    const report = readStoredReport(bytes);
    return report.metadata.labels[managedBy.label] === managedBy.value ? report : undefined;
  } catch (error) {
    log.warn("a report cannot be read, it is left alone", { kind, error: errorText(error) });
    return undefined;
  }
}
