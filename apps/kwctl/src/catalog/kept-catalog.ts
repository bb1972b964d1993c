import { dirname, join } from "node:path";
import { errorText, osErrorText } from "@kubewarden-ts/base";
import type { ApiResource } from "@kubewarden-ts/kube";
import type { KwctlDeps } from "../define-command.ts";
import { existing } from "../existing-file.ts";
import { readUserText } from "../user-file.ts";
import { formatResourceCatalog, parseResourceCatalog, type ResourceCatalog } from "./resource-catalog.ts";

export type CatalogDeps = Pick<KwctlDeps, "files" | "directories" | "log">;

/** In the cache of kwctl (kwctl-and-oci.md 2). */
function catalogPath({ directories }: CatalogDeps): string {
  return join(directories.kwctlCache, "resource_catalog.json");
}

/** The catalog of an earlier run; a file that cannot be used counts as none. */
export async function readKeptCatalog(deps: CatalogDeps): Promise<ResourceCatalog | undefined> {
  const { files, log } = deps;
  const path = catalogPath(deps);
  if ((await existing(path, files)) === undefined) return undefined;
  try {
    return parseResourceCatalog(await readUserText(files, path, "Cannot open the catalog of resources"));
  } catch (error) {
    log.warn("the catalog of resources cannot be used", { path, error: errorText(error) });
    return undefined;
  }
}

/** Keeps what a cluster serves for later runs, if it can. @returns the catalog of it */
export async function keepCatalog(
  resources: readonly ApiResource[],
  deps: CatalogDeps,
): Promise<ResourceCatalog> {
  const { files, log } = deps;
  const path = catalogPath(deps);
  const text = formatResourceCatalog(resources);
  try {
    await files.makeFolder(dirname(path));
    await files.writeFile(path, new TextEncoder().encode(text));
  } catch (error) {
    log.warn("the catalog of resources cannot be kept", { path, error: osErrorText(error) });
  }
  return parseResourceCatalog(text);
}
