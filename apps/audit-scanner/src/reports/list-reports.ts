import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { errorText, type Logger } from "@kubewarden-ts/base";
import {
  collectionPath,
  isKubeError,
  type KubeClient,
  type ListPage,
  listPages,
  objectPath,
} from "@kubewarden-ts/kube";
import { managedBy, managedSelector } from "./report.ts";
import { readStoredReport, type StoredReport } from "./stored-report.ts";

export interface ListReportsOptions {
  /** all namespaces without */
  readonly namespace?: string | undefined;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Our reports, page by page: those with the label that says so. A report that cannot be read is left alone, with a warning.
 * A list that the API server had to begin anew gives some reports twice.
 * @returns pages whose reports are read as they are taken, to be taken before the next page
 * @throws {KubeError} of a request
 */
export async function* listReports(
  client: KubeClient,
  type: ResourceType<KubernetesObject>,
  { namespace, log, signal }: ListReportsOptions,
): AsyncGenerator<Iterable<StoredReport>> {
  const path = collectionPath(type, namespace);
  for await (const part of listPages(client, { path, labelSelector: managedSelector, ahead: true, signal })) {
    if (part.kind === "page") yield reportsOf(part.page, type.kind, log);
  }
}

/**
 * One report of ours; `undefined` when there is none, when it is somebody else's, and with a warning when it cannot be read.
 * @throws {KubeError} of a request
 */
export async function getReport(
  client: KubeClient,
  type: ResourceType<KubernetesObject>,
  { name, namespace, log, signal }: ListReportsOptions & { readonly name: string },
): Promise<StoredReport | undefined> {
  try {
    const { body } = await client.get(objectPath(type, name, namespace), { signal });
    return readReport(body, type.kind, log);
  } catch (error) {
    if (isKubeError(error, "KUBE_NOT_FOUND")) return undefined;
    throw error;
  }
}

function* reportsOf({ body, items }: ListPage, kind: string, log: Logger): Generator<StoredReport> {
  for (let run = 0; run < items.length; run += 2) {
    const report = readReport(body.subarray(items[run], items[run + 1]), kind, log);
    if (report !== undefined) yield report;
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
