import type { StructuralSchema } from "../../packages/api/src/crds/structural-schema.ts";

/** One field of a custom resource, as its schema describes it. */
export interface StructuralField {
  /** `rules[].apiGroups`, `policies.<name>.module` */
  path: string;
  type: string;
  /** `required`, or what holds when the field is absent */
  absent: string;
  meaning: string;
}

/** Lists every field of an object schema, the fields of nested objects behind their parent. */
export function structuralFields(schema: StructuralSchema, prefix = ""): StructuralField[] {
  const { properties, items, additionalProperties, required = [] } = schema;
  if (items !== undefined) return structuralFields(items, `${prefix}[]`);
  if (additionalProperties !== undefined) return structuralFields(additionalProperties, `${prefix}.<name>`);
  return inOrder(Object.entries(properties ?? {}), required).flatMap(([name, property]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const field = {
      path,
      type: typeText(property),
      absent: required.includes(name) ? "required" : defaultText(property),
      meaning: property.description ?? "",
    };
    return [field, ...structuralFields(property, path)];
  });
}

/** What must be there first; the rest by name. */
function inOrder<T>(properties: [string, T][], required: readonly string[]): [string, T][] {
  const [needed, others] = [true, false].map((wanted) =>
    properties
      .filter(([name]) => required.includes(name) === wanted)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return [...(needed ?? []), ...(others ?? [])];
}

function typeText(schema: StructuralSchema): string {
  const { type = "", items, additionalProperties, nullable, minimum, maximum } = schema;
  if (nullable) return `${typeText({ ...schema, nullable: false })} or null`;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(" or ");
  if (schema["x-kubernetes-int-or-string"])
    return schema.pattern === undefined ? "integer or string" : "quantity";
  if (items !== undefined) return `list of ${typeText(items)}`;
  if (additionalProperties !== undefined) return `map to ${typeText(additionalProperties)}`;
  if (schema.format === "date-time") return "date and time";
  return minimum === undefined || maximum === undefined ? type : `${type}, ${minimum} to ${maximum}`;
}

function defaultText({ default: fallback }: StructuralSchema): string {
  return fallback === undefined ? "" : `\`${JSON.stringify(fallback)}\``;
}
