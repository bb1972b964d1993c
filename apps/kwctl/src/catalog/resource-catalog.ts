import type { ServedKind } from "@kubewarden-ts/api";
import type { ApiResource } from "@kubewarden-ts/kube";
import { JsonObject, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";

/** How a cluster serves its kinds, by `<group>|<version>|<Kind>`. */
export type ResourceCatalog = ReadonlyMap<string, ServedKind>;

const Catalog = v.object({
  resources: v.pipe(
    JsonObject,
    v.record(v.string(), v.object({ name: v.string(), namespaced: v.boolean() })),
  ),
});

/**
 * Reads the catalog file (kwctl-and-oci.md 7.4).
 * @throws {Error} saying what is wrong
 */
export function parseResourceCatalog(text: string): ResourceCatalog {
  const read = v.safeParse(Catalog, JSON.parse(text));
  if (!read.success) throw new Error(schemaProblems(read.issues).join(", "));
  return new Map(
    Object.entries(read.output.resources).map(([key, { name, namespaced }]) => [
      key,
      { plural: name, namespaced },
    ]),
  );
}

/** The catalog file for what a cluster serves; its values are Kubernetes' `APIResource`. */
export function formatResourceCatalog(resources: readonly ApiResource[]): string {
  const entries = resources.map(({ group, version, kind, plural, namespaced }) => [
    `${group}|${version}|${kind}`,
    { name: plural, singularName: kind.toLowerCase(), namespaced, group, version, kind, verbs: [] },
  ]);
  return `${JSON.stringify({ resources: Object.fromEntries(entries) })}\n`;
}

/** How a kind is served; in a version that the catalog lacks, as in the others of its group. */
export function findServedKind(
  catalog: ResourceCatalog,
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
): ServedKind | undefined {
  const exact = catalog.get(`${group}|${version}|${kind}`);
  if (exact !== undefined) return exact;
  for (const [key, served] of catalog) {
    if (key.startsWith(`${group}|`) && key.endsWith(`|${kind}`)) return served;
  }
  return undefined;
}
