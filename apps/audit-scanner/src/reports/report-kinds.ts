import { defineResource, type KubernetesObject, type ResourceType } from "@kubewarden-ts/api";

/** `--report-kind`. */
export const reportKinds = ["openreports", "policyreport"] as const;
export type ReportKind = (typeof reportKinds)[number];

/** Where reports of one kind are, and how they differ (audit-and-reports.md 4.1). */
export interface ReportTypes {
  readonly namespaced: ResourceType<KubernetesObject>;
  readonly cluster: ResourceType<KubernetesObject>;
  /** whether the report itself names its source, not only its results */
  readonly hasSource: boolean;
}

/**
 * The two report kinds. The version is the one that upstream writes: the API server of wgpolicyk8s.io serves it beside the
 * newer one that it stores.
 * @param groups - the API groups, where they are not the usual ones: a test that shares its API server has its own
 */
export function reportTypes(
  kind: ReportKind,
  { openreports = "openreports.io", wgpolicy = "wgpolicyk8s.io" } = {},
): ReportTypes {
  switch (kind) {
    case "openreports":
      return { ...typesOf(`${openreports}/v1alpha1`, "Report"), hasSource: true };
    case "policyreport":
      return { ...typesOf(`${wgpolicy}/v1alpha2`, "PolicyReport"), hasSource: false };
  }
}

function typesOf(apiVersion: string, kind: string): Pick<ReportTypes, "namespaced" | "cluster"> {
  const plural = `${kind.toLowerCase()}s`;
  return {
    namespaced: defineResource({ apiVersion, kind, plural, namespaced: true }, {}),
    cluster: defineResource(
      { apiVersion, kind: `Cluster${kind}`, plural: `cluster${plural}`, namespaced: false },
      {},
    ),
  };
}
