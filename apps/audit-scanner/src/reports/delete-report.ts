import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  collectionPath,
  createObjectClient,
  isKubeError,
  type KubeClient,
  type ObjectName,
} from "@kubewarden-ts/kube";
import type { ReportVersion } from "./write-report.ts";

export type DoomedReport = ObjectName & ReportVersion;

/**
 * Deletes one report, if it is still as it was found.
 * @returns whether it was there; always where only collections may be deleted
 * @throws {KubeError} `KUBE_CONFLICT` when it changed since; `KUBE_FORBIDDEN` when neither it nor collections may be deleted
 */
export type DeleteReport = (report: DoomedReport, signal: AbortSignal) => Promise<boolean>;

/**
 * Deletes by name, or where the account may delete collections only, as the role of Kubewarden 1.36 has it
 * (audit-and-reports.md 3.2), each report as a collection of one. The API server holds each object of a collection against the
 * preconditions too: its cache, which may be seconds old, decides nothing.
 */
export function createReportDeleter(client: KubeClient, type: ResourceType<KubernetesObject>): DeleteReport {
  const objects = createObjectClient(client);
  let byName = true;
  return async (report, signal) => {
    const { uid, resourceVersion, ...name } = report;
    if (!byName) return await deleteCollectionOfOne(client, type, { report, signal });
    try {
      return await objects.delete(type, name, { uid, resourceVersion, signal });
    } catch (error) {
      if (!isKubeError(error, "KUBE_FORBIDDEN")) throw error;
      const wasThere = await deleteCollectionOfOne(client, type, { report, signal }).catch(
        (second: unknown) => {
          // the right that is missing is the one that is asked for
          throw isKubeError(second, "KUBE_FORBIDDEN") ? error : second;
        },
      );
      byName = false;
      return wasThere;
    }
  };
}

async function deleteCollectionOfOne(
  client: KubeClient,
  type: ResourceType<KubernetesObject>,
  { report, signal }: { readonly report: DoomedReport; readonly signal: AbortSignal },
): Promise<boolean> {
  const { name, namespace, uid, resourceVersion } = report;
  const options = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } };
  await client.request(collectionPath(type, namespace), {
    ...{ method: "DELETE", query: { fieldSelector: `metadata.name=${name}` }, signal },
    body: Buffer.from(JSON.stringify(options)),
  });
  return true;
}
