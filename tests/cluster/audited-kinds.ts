import { collectionPath } from "@kubewarden-ts/kube";
import type { AppliedManifest } from "../../tools/cluster/manifests.ts";

/** The kinds of objects that are generated; pairs of object and policy are made of them. */
export type AuditedKind = "Pod" | "Deployment" | "Service" | "ConfigMap" | "Namespace" | "Ingress" | "Widget";

/** Where the API server has the objects of a kind. */
export interface KindPlace {
  readonly group: string;
  /** in which they are generated */
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const namespacedV1 = { version: "v1", namespaced: true } as const;

export const kindPlaces: Readonly<Record<AuditedKind, KindPlace>> = {
  Pod: { group: "", plural: "pods", ...namespacedV1 },
  Deployment: { group: "apps", plural: "deployments", ...namespacedV1 },
  Service: { group: "", plural: "services", ...namespacedV1 },
  ConfigMap: { group: "", plural: "configmaps", ...namespacedV1 },
  Namespace: { group: "", plural: "namespaces", version: "v1", namespaced: false },
  Ingress: { group: "networking.k8s.io", plural: "ingresses", ...namespacedV1 },
  Widget: { group: "example.com", plural: "widgets", ...namespacedV1 },
};

/** A kind of ours that is served in two versions. */
export const widgetDefinition: AppliedManifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    ...{ group: "example.com", scope: "Namespaced", names: { plural: "widgets", kind: "Widget" } },
    versions: ["v1", "v2"].map((name) => ({
      ...{ name, served: true, storage: name === "v1" },
      schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    })),
  },
};

/** @example apiVersionOf("Widget", "v2") // "example.com/v2" */
export function apiVersionOf(kind: AuditedKind, version: string = kindPlaces[kind].version): string {
  const { group } = kindPlaces[kind];
  return group === "" ? version : `${group}/${version}`;
}

/**
 * The path of the objects of a kind.
 * @param options.namespace - of namespaced kinds
 * @param options.version - that of {@link kindPlaces} without
 */
export function pathOf(
  kind: AuditedKind,
  { namespace, version }: { readonly namespace: string; readonly version?: string | undefined },
): string {
  const { plural, namespaced } = kindPlaces[kind];
  const type = { apiVersion: apiVersionOf(kind, version), kind, plural, namespaced };
  return collectionPath(type, namespaced ? namespace : undefined);
}
