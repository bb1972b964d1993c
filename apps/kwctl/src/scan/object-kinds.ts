import { builtinKind, type ServedKind } from "@kubewarden-ts/api";
import type { LosslessValue } from "@kubewarden-ts/protocol";
import { findServedKind, type ResourceCatalog } from "../catalog/resource-catalog.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** How the API server serves an object's kind. */
export interface ObjectKind {
  readonly plural: string;
  /** `undefined` when nothing tells: policies of both scopes apply then. */
  readonly namespaced: boolean | undefined;
  /** The plural was derived from the kind, as nothing tells it. */
  readonly isGuessed: boolean;
}

/**
 * Finds out how kinds are served: Kubernetes' own as it serves them, others by the CustomResourceDefinitions that are
 * scanned too, then by the catalog. In this order: no manifest can give Pods another plural and so hide them from policies.
 */
export function createKindTable(
  objects: readonly ManifestObject[],
  catalog: ResourceCatalog,
): (object: Pick<ManifestObject, "group" | "version" | "kind">) => ObjectKind {
  const defined = new Map(objects.flatMap(definedKind));
  return ({ group, version, kind }) => {
    const known =
      builtinKind(group, kind) ??
      defined.get(`${group}|${kind}`) ??
      findServedKind(catalog, { group, version, kind });
    if (known !== undefined) return { ...known, isGuessed: false };
    return { plural: guessPlural(kind), namespaced: undefined, isGuessed: true };
  };
}

function definedKind({ group, kind, value }: ManifestObject): [string, ServedKind][] {
  if (group !== "apiextensions.k8s.io" || kind !== "CustomResourceDefinition") return [];
  const spec = value.get("spec");
  const names = memberOf(spec, "names");
  const [definedGroup, scope] = [memberOf(spec, "group"), memberOf(spec, "scope")];
  const [name, plural] = [memberOf(names, "kind"), memberOf(names, "plural")];
  if (typeof definedGroup !== "string" || typeof name !== "string" || typeof plural !== "string") return [];
  return [[`${definedGroup}|${name}`, { plural, namespaced: scope === "Namespaced" }]];
}

function memberOf(value: LosslessValue | undefined, key: string): LosslessValue | undefined {
  return value instanceof Map ? value.get(key) : undefined;
}

function guessPlural(kind: string): string {
  const name = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
