import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { errorText, type Logger, mapConcurrent } from "@kubewarden-ts/base";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import { createReportDeleter, type DoomedReport } from "./delete-report.ts";

export interface DeleteReportsOptions {
  readonly client: KubeClient;
  readonly type: ResourceType<KubernetesObject>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const parallelDeletions = 8;

/**
 * Deletes reports one by one, each only if it is still as it was found (audit-and-reports.md 4.5): a collection would be
 * chosen by what the API server's cache knows, which may be seconds old.
 * @returns how many are gone
 * @throws {KubeError} the first failure, when all others were tried; at once when the right to delete is missing
 */
export async function deleteReports(
  reports: readonly DoomedReport[],
  { client, type, log, signal }: DeleteReportsOptions,
): Promise<number> {
  const deleteReport = createReportDeleter(client, type);
  const failures: unknown[] = [];
  let deleted = 0;
  await mapConcurrent(reports, parallelDeletions, async (report) => {
    signal.throwIfAborted();
    if (failures.some((error) => isKubeError(error, "KUBE_FORBIDDEN"))) return;
    try {
      if (await deleteReport(report, signal)) deleted++;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!isKubeError(error, "KUBE_CONFLICT")) failures.push(error);
      else log.debug("report changed since it was found, it stays", told(report));
    }
  });
  if (failures.length > 0) throw failures[0];
  return deleted;
}

function told({ name, namespace }: DoomedReport) {
  return { "report-name": name, namespace };
}

/** What to tell people about a failed deletion. */
export function deletionProblem(
  error: unknown,
  { plural, apiVersion }: ResourceType<KubernetesObject>,
): string {
  if (!isKubeError(error, "KUBE_FORBIDDEN")) return errorText(error);
  const group = apiVersion.split("/")[0];
  return `${errorText(error)}; old reports stay until the scanner's account may list and delete ${plural}.${group}`;
}
