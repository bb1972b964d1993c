import type { PrinterColumn, StructuralSchema } from "@kubewarden-ts/api/crds";
import {
  type ReportKind,
  type ReportTypes,
  reportKinds,
  reportTypes,
} from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import { installCustomResources } from "./custom-resources.ts";
import type { ClusterClients } from "./manifests.ts";
import { type ReportSchemaVersion, reportSchema } from "./report-schema.ts";

// a type, not an interface, so that it can be given to whoever takes any object of the API
/** The CustomResourceDefinition of a kind of reports. */
export type ReportDefinition = {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
      readonly singular: string;
    };
    readonly scope: "Cluster" | "Namespaced";
    readonly versions: readonly ReportVersion[];
  };
};

interface ReportVersion {
  readonly name: string;
  readonly served: true;
  readonly storage: boolean;
  readonly additionalPrinterColumns: readonly PrinterColumn[];
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
}

/** What both kinds differ in, besides their names; the last version is the one that is stored. */
const facts: Readonly<
  Record<ReportKind, { readonly shortName: string; readonly schemas: readonly ReportSchemaVersion[] }>
> = {
  openreports: { shortName: "reps", schemas: ["openreports.io/v1alpha1"] },
  policyreport: {
    shortName: "polr",
    schemas: ["wgpolicyk8s.io/v1alpha1", "wgpolicyk8s.io/v1alpha2", "wgpolicyk8s.io/v1beta1"],
  },
};

const columns: readonly PrinterColumn[] = [
  { name: "Kind", type: "string", jsonPath: ".scope.kind", priority: 1 },
  { name: "Name", type: "string", jsonPath: ".scope.name", priority: 1 },
  ...["Pass", "Fail", "Warn", "Error", "Skip"].map((name) => ({
    name,
    type: "integer" as const,
    jsonPath: `.summary.${name.toLowerCase()}`,
  })),
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
];

/**
 * The CustomResourceDefinitions of the reports of a namespace and of the cluster (audit-and-reports.md 4.1): names,
 * columns and structure are those that their projects publish.
 * @param types - other API groups than theirs, for tests that share an API server
 */
export function reportDefinitions(
  kind: ReportKind,
  types: ReportTypes = reportTypes(kind),
): readonly ReportDefinition[] {
  const { shortName } = facts[kind];
  return [
    definitionOf(kind, types.namespaced, shortName),
    definitionOf(kind, types.cluster, `c${shortName}`),
  ];
}

/** Installs both kinds of reports; resolves when the API server serves them. */
export async function installReportKinds(cluster: ClusterClients): Promise<void> {
  await installCustomResources(
    cluster,
    reportKinds.flatMap((kind) => reportDefinitions(kind)),
  );
}

function definitionOf(
  reportKind: ReportKind,
  { apiVersion, kind, plural, namespaced }: ReportTypes["namespaced"],
  shortName: string,
): ReportDefinition {
  const [group = ""] = apiVersion.split("/");
  const { schemas } = facts[reportKind];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        shortNames: [shortName],
        singular: kind.toLowerCase(),
      },
      scope: namespaced ? "Namespaced" : "Cluster",
      versions: schemas.map((schema) => versionOf(schema, { isStored: schema === schemas.at(-1) })),
    },
  };
}

function versionOf(schema: ReportSchemaVersion, { isStored }: { isStored: boolean }): ReportVersion {
  const [, name = ""] = schema.split("/");
  return {
    name,
    served: true,
    storage: isStored,
    additionalPrinterColumns: columns,
    schema: { openAPIV3Schema: reportSchema(schema) },
  };
}
