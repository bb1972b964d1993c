import cached from "./core-types.json" with { type: "json" };
import type { StructuralSchema } from "./structural-schema.ts";

/** A schema that can refer to another by its name. */
export interface ReferringSchema
  extends Omit<StructuralSchema, "items" | "properties" | "additionalProperties"> {
  readonly $ref?: string;
  readonly items?: ReferringSchema;
  readonly properties?: Readonly<Record<string, ReferringSchema>>;
  readonly additionalProperties?: ReferringSchema;
}

/** The schemas of `core-types.json`: what an API server said of Kubernetes' own types. */
export const cachedCoreTypes: Readonly<Record<string, ReferringSchema>> = cached.types;

/**
 * The schema of a type of Kubernetes' `core/v1`, such as `Affinity`, without references.
 * @throws {TypeError} for a type that `core-types.json` lacks: see the README of this package
 */
export function coreTypeSchema(name: string): StructuralSchema {
  const schema = cachedCoreTypes[name];
  if (schema === undefined) throw new TypeError(`core-types.json lacks ${name}: see packages/api/README.md`);
  return expand(schema);
}

function expand({
  $ref,
  items,
  properties,
  additionalProperties,
  ...facts
}: ReferringSchema): StructuralSchema {
  return {
    ...($ref !== undefined && coreTypeSchema($ref)),
    ...facts,
    ...(items && { items: expand(items) }),
    ...(additionalProperties && { additionalProperties: expand(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, expand(property)]),
      ),
    }),
  };
}
