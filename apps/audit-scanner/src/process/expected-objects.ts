import { mapConcurrent } from "@kubewarden-ts/base";
import { type ApiResource, collectionPath, type KubeClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import type { ScannedPart } from "../config.ts";
import type { PolicyCatalog } from "../selection/policy-catalog.ts";
import { auditedResources } from "./audited-resources.ts";

const FirstPage = v.object({
  items: v.array(v.unknown()),
  metadata: v.object({ remainingItemCount: v.optional(v.number(), 0) }),
});

export interface ExpectedObjectsDeps {
  readonly client: KubeClient;
  readonly catalog: PolicyCatalog;
}

/**
 * About how many objects a scan is going to look at, for a progress bar: one object of each kind is listed, and the API
 * server says how many it left out. Those of ignored namespaces are in the number, and what cannot be counted is not.
 */
export async function expectedObjects(
  { client, catalog }: ExpectedObjectsDeps,
  part: ScannedPart,
  signal: AbortSignal,
): Promise<number> {
  const resources = await auditedResources(catalog, part, signal);
  const namespace = part.kind === "namespace" ? part.name : undefined;
  const count = async (resource: ApiResource): Promise<number> => {
    const { body } = await client.get(collectionPath(resource, namespace), { query: { limit: 1 }, signal });
    const { items, metadata } = v.parse(FirstPage, JSON.parse(Buffer.from(body).toString()));
    return items.length + metadata.remainingItemCount;
  };
  const counts = await mapConcurrent(resources, 4, (resource) => count(resource).catch(() => 0));
  return counts.reduce((sum, count) => sum + count, 0);
}
