import { KubeError } from "../errors.ts";

/** A kind of objects, as a policy or a manifest names it. */
export interface ResourceReference {
  /** `v1`, `apps/v1` */
  readonly apiVersion: string;
  readonly kind: string;
}

/** What the API server says about a kind. */
export interface ApiResource extends ResourceReference {
  /** `""` for the core group */
  readonly group: string;
  readonly version: string;
  /** name in paths, such as `deployments` */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** As much of a kind as its paths are made of. */
export type ResourcePlace = Pick<ApiResource, "apiVersion" | "kind" | "plural" | "namespaced">;

/** One part of a path as Kubernetes allows it; anything else could lead to another path. */
function segment(value: string, what: string): string {
  const forbidden =
    value === "" || value === "." || value === ".." || /[/%]/.test(value) || !value.isWellFormed();
  if (!forbidden) return encodeURIComponent(value);
  throw new KubeError(`"${value}" is no ${what}`, { code: "KUBE_NAME_INVALID" });
}

/** Path of a group and version: `/api/v1`, `/apis/apps/v1`. @throws {KubeError} `KUBE_NAME_INVALID` */
export function groupVersionPath(apiVersion: string): string {
  const parts = apiVersion.split("/");
  const [group, version] = parts.length === 1 ? ["", apiVersion] : parts;
  if (parts.length > 2)
    throw new KubeError(`"${apiVersion}" is no apiVersion`, { code: "KUBE_NAME_INVALID" });
  return parts.length === 1
    ? `/api/${segment(version ?? "", "apiVersion")}`
    : `/apis/${segment(group ?? "", "API group")}/${segment(version ?? "", "API version")}`;
}

/**
 * Path of all objects of a kind, or of those in one namespace.
 * @throws {KubeError} `KUBE_SCOPE_MISMATCH` for a namespace of a cluster-wide kind, `KUBE_NAME_INVALID`
 * @example collectionPath(deployments, "web") // "/apis/apps/v1/namespaces/web/deployments"
 */
export function collectionPath(resource: ResourcePlace, namespace?: string): string {
  const { apiVersion, kind, plural, namespaced } = resource;
  const root = groupVersionPath(apiVersion);
  if (namespace === undefined) return `${root}/${segment(plural, "resource")}`;
  if (!namespaced) {
    throw new KubeError(
      `resource ${apiVersion}/${kind} is cluster wide. Cannot search for it inside of a namespace`,
      { code: "KUBE_SCOPE_MISMATCH" },
    );
  }
  return `${root}/namespaces/${segment(namespace, "namespace")}/${segment(plural, "resource")}`;
}

/**
 * Path of one object. A namespace given for a cluster-wide kind does not matter.
 * @throws {KubeError} `KUBE_SCOPE_MISMATCH` for a namespaced kind without one, `KUBE_NAME_INVALID`
 */
export function objectPath(resource: ResourcePlace, name: string, namespace?: string): string {
  const { apiVersion, kind, namespaced } = resource;
  if (namespaced && namespace === undefined) {
    throw new KubeError(`Resource ${apiVersion}/${kind} is namespaced, but no namespace was provided`, {
      code: "KUBE_SCOPE_MISMATCH",
    });
  }
  return `${collectionPath(resource, namespaced ? namespace : undefined)}/${segment(name, "name of an object")}`;
}
