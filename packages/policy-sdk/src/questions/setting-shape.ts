import { type GenericSchema, getDefault, getDescription, getTitle } from "valibot";

/** What a person fills in for a setting, whatever the schema checks beyond that. */
export type SettingShape =
  | { readonly kind: "boolean" | "text" | "number" }
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | { readonly kind: "list"; readonly item: SettingShape }
  | { readonly kind: "map"; readonly value: SettingShape }
  | { readonly kind: "object"; readonly members: readonly Setting[] }
  | { readonly kind: "other" };

/** One member of the settings, or of an object in them. */
export interface Setting {
  readonly name: string;
  readonly shape: SettingShape;
  readonly required: boolean;
  /** `undefined` without one. */
  readonly default: unknown;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** The member exists only while another one has one of these values. */
  readonly onlyFor?: { readonly name: string; readonly values: readonly string[] };
}

const wrappers: readonly string[] = [
  ...["optional", "exact_optional", "undefinedable", "nullable", "nullish"],
  ...["non_optional", "non_nullable", "non_nullish"],
];
const optionalTypes: readonly string[] = ["optional", "exact_optional", "undefinedable", "nullish"];
const objectTypes: readonly string[] = ["object", "loose_object", "strict_object", "object_with_rest"];
const other = { kind: "other" } as const satisfies SettingShape;

/** Reads a Valibot schema; what no form can ask for is `other`. */
export function shapeOf(schema: GenericSchema): SettingShape {
  const inner = innermost(schema);
  switch (inner.type) {
    case "boolean":
      return { kind: "boolean" };
    case "string":
      return { kind: "text" };
    case "number":
    case "bigint":
      return { kind: "number" };
    case "picklist":
    case "enum":
      return choice(Reflect.get(inner, "options"));
    case "literal":
      return choice([Reflect.get(inner, "literal")]);
    case "array":
      return { kind: "list", item: shapeAt(inner, "item") };
    case "record":
      return { kind: "map", value: shapeAt(inner, "value") };
    case "union":
      return unionShape(schemasAt(inner, "options"));
    case "variant":
      return { kind: "object", members: variantMembers(inner) };
    case "intersect":
      return mergedShape(schemasAt(inner, "options"));
    default:
      return objectTypes.includes(inner.type) ? { kind: "object", members: membersOf(inner) } : other;
  }
}

/** Whether a value is a Valibot schema. */
export function isSchema(value: unknown): value is GenericSchema {
  return typeof value === "object" && value !== null && Reflect.get(value, "kind") === "schema";
}

/** Below what makes it optional, and of a pipe the first schema that says anything. */
function innermost(schema: GenericSchema): GenericSchema {
  const wrapped: unknown = wrappers.includes(schema.type) ? Reflect.get(schema, "wrapped") : undefined;
  if (isSchema(wrapped)) return innermost(wrapped);
  if (schema.type !== "unknown" && schema.type !== "any") return schema;
  const [, ...later] = schemasAt(schema, "pipe");
  const found = later.find(({ type }) => type !== "unknown" && type !== "any");
  return found === undefined ? schema : innermost(found);
}

function choice(values: unknown): SettingShape {
  const options: readonly unknown[] = Array.isArray(values) ? values : [];
  const texts = options.filter((option) => typeof option === "string");
  return texts.length > 0 && texts.length === options.length ? { kind: "choice", options: texts } : other;
}

function unionShape(options: readonly GenericSchema[]): SettingShape {
  const shapes = options.map(shapeOf);
  if (shapes.length > 0 && shapes.every((shape) => shape.kind === "object")) return mergedShape(options);
  // Text is accepted, whatever else is.
  if (shapes.some(({ kind }) => kind === "text")) return { kind: "text" };
  const choices = shapes.flatMap((shape) => (shape.kind === "choice" ? [shape.options] : []));
  return choices.length === shapes.length ? choice([...new Set(choices.flat())]) : other;
}

function mergedShape(options: readonly GenericSchema[]): SettingShape {
  const members = options.map(shapeOf).flatMap((shape) => (shape.kind === "object" ? shape.members : []));
  const first = new Map(members.toReversed().map((member) => [member.name, member]));
  return { kind: "object", members: [...first.values()].toReversed() };
}

function membersOf(schema: GenericSchema): Setting[] {
  const entries: unknown = Reflect.get(schema, "entries");
  return Object.entries(Object(entries)).flatMap(([name, member]) =>
    isSchema(member) ? [settingOf(name, member)] : [],
  );
}

function settingOf(name: string, schema: GenericSchema): Setting {
  const inner = innermost(schema);
  return {
    name,
    shape: shapeOf(schema),
    required: !optionalTypes.includes(schema.type),
    default: getDefault(schema),
    title: getTitle(schema) ?? getTitle(inner),
    description: getDescription(schema) ?? getDescription(inner),
  };
}

/** The members of all options: first what tells them apart, then the rest with the values they are for. */
function variantMembers(schema: GenericSchema): Setting[] {
  const key = String(Reflect.get(schema, "key"));
  const members = schemasAt(schema, "options").flatMap((option) => optionMembers(option, key));
  const values = [...new Set(members.flatMap(({ values }) => values))];
  const byName = Map.groupBy(members, ({ member }) => member.name);
  return [...byName.values()].flatMap((uses) => {
    const [{ member } = { member: undefined }] = uses;
    if (member === undefined) return [];
    if (member.name === key) return [{ ...member, shape: choice(values) }];
    const used = [...new Set(uses.flatMap((use) => use.values))];
    return [used.length === values.length ? member : { ...member, onlyFor: { name: key, values: used } }];
  });
}

function optionMembers(option: GenericSchema, key: string): { member: Setting; values: string[] }[] {
  const shape = shapeOf(option);
  const members = shape.kind === "object" ? shape.members : [];
  const discriminator = members.find(({ name }) => name === key)?.shape;
  const values = discriminator?.kind === "choice" ? [...discriminator.options] : [];
  return members.map((member) => ({ member, values }));
}

function shapeAt(schema: GenericSchema, key: string): SettingShape {
  const value: unknown = Reflect.get(schema, key);
  return isSchema(value) ? shapeOf(value) : other;
}

function schemasAt(schema: GenericSchema, key: string): GenericSchema[] {
  const values: unknown = Reflect.get(schema, key);
  return Array.isArray(values) ? values.filter(isSchema) : [];
}
