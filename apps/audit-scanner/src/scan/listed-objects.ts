import { type ApiResource, collectionPath, listPages } from "@kubewarden-ts/kube";
import type { AuditedObject } from "../audited-object.ts";
import { readListedObject } from "./read-listed-object.ts";
import type { ScanContext } from "./scan-context.ts";

/**
 * Lists objects of a kind in pages. The next page is read while the caller takes the objects of the last. Where
 * the API server no longer knows the list (410), it begins anew, without the objects that were there already.
 * @param namespace - all namespaces without
 * @throws {KubeError} of a request
 */
export async function* listedObjects(
  { client, options, log }: Pick<ScanContext, "client" | "options" | "log">,
  resource: ApiResource,
  { namespace, signal }: { readonly namespace?: string | undefined; readonly signal: AbortSignal },
): AsyncGenerator<AuditedObject> {
  const seen = new Set<string>();
  const path = collectionPath(resource, namespace);
  for await (const part of listPages(client, { path, pageSize: options.pageSize, ahead: true, signal })) {
    if (part.kind === "restart") continue;
    const { body, items } = part.page;
    for (let run = 0; run < items.length; run += 2) {
      const object = readListedObject(resource, body, { start: items[run]!, end: items[run + 1]! });
      if (object === undefined) {
        log.warn("an object without name, UID or resource version is not audited", { "resource-GVK": path });
      } else if (!seen.has(object.uid)) {
        seen.add(object.uid);
        yield object;
      }
    }
  }
}
