import { builtinKind, type ServedKind } from "@kubewarden-ts/api";
import { errorText } from "@kubewarden-ts/base";
import { type CatalogDeps, keepCatalog, readKeptCatalog } from "../../catalog/kept-catalog.ts";
import { findServedKind, type ResourceCatalog } from "../../catalog/resource-catalog.ts";
import type { KwctlDeps } from "../../define-command.ts";
import type { RequestObject } from "./object-file.ts";

type FindDeps = CatalogDeps & Pick<KwctlDeps, "listClusterKinds">;
type Kind = Pick<RequestObject, "group" | "version" | "kind">;

/**
 * Finds out the plural name and the scope of a kind: from the catalog of an earlier run, else from the cluster, whose
 * catalog is kept; for kinds of Kubernetes itself also without a cluster (kwctl-and-oci.md 7.4).
 * @returns `undefined` for a kind that nobody knows
 */
export async function servedKindOf(kind: Kind, deps: FindDeps): Promise<ServedKind | undefined> {
  const kept = await readKeptCatalog(deps);
  const found = kept && findServedKind(kept, kind);
  if (found !== undefined) return found;
  const current = await askCluster(deps);
  return (current && findServedKind(current, kind)) ?? builtinKind(kind.group, kind.kind);
}

async function askCluster(deps: FindDeps): Promise<ResourceCatalog | undefined> {
  const { listClusterKinds, log } = deps;
  try {
    const { resources, failures } = await listClusterKinds();
    for (const { apiVersion, error } of failures) {
      log.warn("the cluster does not tell the resources of a group", {
        api_version: apiVersion,
        error: error.message,
      });
    }
    return await keepCatalog(resources, deps);
  } catch (error) {
    log.warn("the resources of the cluster are not known: the kinds of Kubernetes itself are used", {
      error: errorText(error),
    });
    return undefined;
  }
}
