import { dirname, join } from "node:path";
import { builtinKind, type ServedKind } from "@kubewarden-ts/api";
import { errorText, type Logger, osErrorText } from "@kubewarden-ts/base";
import type { KwctlDeps } from "../../define-command.ts";
import { existing } from "../../existing-file.ts";
import { readUserText } from "../../user-file.ts";
import type { RequestObject } from "./object-file.ts";
import {
  findServedKind,
  formatResourceCatalog,
  parseResourceCatalog,
  type ResourceCatalog,
} from "./resource-catalog.ts";

type CatalogDeps = Pick<KwctlDeps, "files" | "directories" | "listClusterKinds" | "log">;
type Kind = Pick<RequestObject, "group" | "version" | "kind">;

/** In the cache of kwctl. */
export const catalogFile = "resource_catalog.json";

/**
 * Finds out the plural name and the scope of a kind: from the catalog of an earlier run, else from the cluster, whose
 * catalog is kept; for kinds of Kubernetes itself also without a cluster (kwctl-and-oci.md 7.4).
 * @returns `undefined` for a kind that nobody knows
 */
export async function servedKindOf(kind: Kind, deps: CatalogDeps): Promise<ServedKind | undefined> {
  const path = join(deps.directories.kwctlCache, catalogFile);
  const kept = await readCatalog(path, deps);
  const found = kept && findServedKind(kept, kind);
  if (found !== undefined) return found;
  const current = await askCluster(path, deps);
  return (current && findServedKind(current, kind)) ?? builtinKind(kind.group, kind.kind);
}

/** The catalog of an earlier run; a file that cannot be used counts as none. */
export async function readCatalog(
  path: string,
  { files, log }: Pick<CatalogDeps, "files" | "log">,
): Promise<ResourceCatalog | undefined> {
  if ((await existing(path, files)) === undefined) return undefined;
  try {
    return parseResourceCatalog(await readUserText(files, path, "Cannot open the catalog of resources"));
  } catch (error) {
    log.warn("the catalog of resources cannot be used", { path, error: errorText(error) });
    return undefined;
  }
}

async function askCluster(path: string, deps: CatalogDeps): Promise<ResourceCatalog | undefined> {
  const { listClusterKinds, log } = deps;
  try {
    const { resources, failures } = await listClusterKinds();
    for (const { apiVersion, error } of failures) {
      log.warn("the cluster does not tell the resources of a group", {
        api_version: apiVersion,
        error: error.message,
      });
    }
    const text = formatResourceCatalog(resources);
    await keepCatalog(path, text, deps);
    return parseResourceCatalog(text);
  } catch (error) {
    log.warn("the resources of the cluster are not known: the kinds of Kubernetes itself are used", {
      error: errorText(error),
    });
    return undefined;
  }
}

async function keepCatalog(
  path: string,
  text: string,
  { files, log }: { readonly files: CatalogDeps["files"]; readonly log: Logger },
): Promise<void> {
  try {
    await files.makeFolder(dirname(path));
    await files.writeFile(path, new TextEncoder().encode(text));
  } catch (error) {
    log.warn("the catalog of resources cannot be kept", { path, error: osErrorText(error) });
  }
}
