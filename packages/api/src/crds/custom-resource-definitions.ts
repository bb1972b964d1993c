import { policiesGroup } from "../policies/names.ts";
import { defineResource } from "../resource-type.ts";
import { coreTypeSchema } from "./core-types.ts";
import { type CustomKind, customKinds, type PrinterColumn } from "./kinds.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

export interface CustomResourceVersion {
  readonly name: "v1" | "v1alpha2";
  readonly served: true;
  /** whether objects are stored in this version */
  readonly storage: boolean;
  readonly deprecated?: true;
  readonly deprecationWarning?: string;
  readonly additionalPrinterColumns: readonly PrinterColumn[];
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources: { readonly status: Readonly<Record<string, never>> };
}

// a type, not an interface, so that it can be given to whoever takes any object of the API
export type CustomResourceDefinition = {
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
    readonly versions: readonly CustomResourceVersion[];
  };
};

/** Where the API server has them. */
export const customResourceDefinitionType = defineResource(
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    namespaced: false,
  },
  {},
);

const deprecationWarning = "This version is deprecated. Please, consider using v1";

/**
 * The CustomResourceDefinitions of the five kinds (controller.md 1), as `packages/api/crds` has them in YAML.
 * @param options.group - another API group than Kubewarden's, for tests that share an API server
 */
export function customResourceDefinitions({ group = policiesGroup } = {}): CustomResourceDefinition[] {
  return customKinds.map((kind) => definitionOf(kind, group));
}

function definitionOf(custom: CustomKind, group: string): CustomResourceDefinition {
  const { kind, plural, shortName, namespaced } = custom;
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
      versions: [v1(custom), ...v1alpha2(custom)],
    },
  };
}

function v1({ columns, schema, description }: CustomKind): CustomResourceVersion {
  return {
    additionalPrinterColumns: columns,
    name: "v1",
    schema: { openAPIV3Schema: objectSchema(structuralSchema(schema, coreTypeSchema), description) },
    served: true,
    storage: true,
    subresources: { status: {} },
  };
}

/** What v1alpha2 serves of v1: fields that came later are missing, and so is the range of `timeoutSeconds`. */
function v1alpha2({ columns, schema, description, v1alpha2: lacks }: CustomKind): CustomResourceVersion[] {
  if (lacks === undefined) return [];
  const { properties, ...rest } = structuralSchema(schema, coreTypeSchema);
  const { spec = {}, status = {}, ...others } = properties ?? {};
  const earlier = {
    spec: unbounded(without(spec, lacks.lacksFields)),
    status: without(status, ["replicas"]),
  };
  const openAPIV3Schema = objectSchema({ ...rest, properties: { ...others, ...earlier } }, description);
  return [
    {
      additionalPrinterColumns: columns.filter(({ name }) => !lacks.lacksColumns.includes(name)),
      deprecated: true,
      deprecationWarning,
      name: "v1alpha2",
      schema: { openAPIV3Schema },
      served: true,
      storage: false,
      subresources: { status: {} },
    },
  ];
}

/** `metadata` is the API server's own: a CustomResourceDefinition may not describe its fields. */
function objectSchema({ properties }: StructuralSchema, description: string): StructuralSchema {
  const common = {
    apiVersion: { type: "string", description: "Group and version of this object's schema." },
    kind: { type: "string", description: "Kind of the object." },
    metadata: { type: "object" },
  };
  return { description, type: "object", properties: { ...properties, ...common } };
}

function without(
  { properties = {}, ...schema }: StructuralSchema,
  names: readonly string[],
): StructuralSchema {
  const kept = Object.entries(properties).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(kept) };
}

function unbounded(spec: StructuralSchema): StructuralSchema {
  const { timeoutSeconds, ...others } = spec.properties ?? {};
  if (timeoutSeconds === undefined) return spec;
  const { minimum: _minimum, maximum: _maximum, ...free } = timeoutSeconds;
  return { ...spec, properties: { ...others, timeoutSeconds: free } };
}
