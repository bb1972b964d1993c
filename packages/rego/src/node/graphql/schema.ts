import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import type { Definition, DirectiveDefinition, FieldDefinition } from "./schema-tree.ts";
import type { Directive, TypeReference } from "./syntax-tree.ts";

/** A type with all its extensions. */
export interface SchemaType {
  readonly name: string;
  readonly kind: string;
  readonly isBuiltIn: boolean;
  readonly directives: Directive[];
  readonly interfaces: string[];
  /** In their order, with those that stand twice. */
  readonly fields: FieldDefinition[];
  readonly fieldsByName: Map<string, FieldDefinition>;
  readonly members: string[];
  readonly enumValues: Definition["EnumValues"][number][];
}

/** What queries are checked against. */
export interface Schema {
  readonly types: ReadonlyMap<string, SchemaType>;
  readonly directives: Map<string, DirectiveDefinition>;
  /** Names of the types that a value of a type may have in truth, interfaces included. */
  readonly possibleTypes: ReadonlyMap<string, ReadonlySet<string>>;
  /** The types at which operations begin, by the kinds of operations. */
  readonly roots: Map<string, SchemaType>;
  readonly budget: WorkBudget;
}

/** The name of a type without the lists around it. */
export function namedType(type: TypeReference): string {
  return type.NamedType === "" && type.Elem !== undefined ? namedType(type.Elem) : type.NamedType;
}

export function isInputKind({ kind }: SchemaType): boolean {
  return kind === "SCALAR" || kind === "ENUM" || kind === "INPUT_OBJECT";
}

export function isOutputKind(type: SchemaType): boolean {
  return isLeafKind(type) || isCompositeKind(type);
}

/** Whether values of a type have fields to select. */
export function isCompositeKind({ kind }: SchemaType): boolean {
  return kind === "OBJECT" || kind === "INTERFACE" || kind === "UNION";
}

export function isLeafKind({ kind }: SchemaType): boolean {
  return kind === "SCALAR" || kind === "ENUM";
}

/** Joins types and their extensions; one may extend what is not there. @throws {BuiltinError} */
export function collectTypes(
  definitions: readonly Definition[],
  extensions: readonly Definition[],
): ReadonlyMap<string, SchemaType> {
  const types = new Map<string, SchemaType>();
  for (const definition of definitions) {
    if (types.has(definition.Name)) throw new BuiltinError(`Cannot redeclare type ${definition.Name}`);
    addType(types, definition, definition.BuiltIn);
  }
  for (const extension of extensions) addType(types, extension, false);
  return types;
}

function addType(types: Map<string, SchemaType>, definition: Definition, isBuiltIn: boolean): void {
  const { Name: name, Kind: kind } = definition;
  const type = types.get(name) ?? emptyType(name, kind, isBuiltIn);
  types.set(name, type);
  if (type.kind !== kind) {
    throw new BuiltinError(`Cannot extend type ${name} because the base type is a ${type.kind}, not ${kind}`);
  }
  for (const directive of definition.Directives) type.directives.push(directive);
  for (const name of definition.Interfaces) type.interfaces.push(name);
  for (const field of definition.Fields) addField(type, field);
  for (const member of definition.Types) type.members.push(member);
  for (const value of definition.EnumValues) type.enumValues.push(value);
}

function emptyType(name: string, kind: string, isBuiltIn: boolean): SchemaType {
  const lists = { directives: [], interfaces: [], fields: [], members: [], enumValues: [] };
  return { name, kind, isBuiltIn, ...lists, fieldsByName: new Map() };
}

/** Of fields with equal names the first counts. */
export function addField(type: SchemaType, field: FieldDefinition): void {
  type.fields.push(field);
  if (!type.fieldsByName.has(field.Name)) type.fieldsByName.set(field.Name, field);
}

export function collectPossibleTypes(
  types: ReadonlyMap<string, SchemaType>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const possible = new Map<string, Set<string>>();
  const add = (name: string, other: string) => {
    const names = possible.get(name) ?? new Set();
    possible.set(name, names.add(other));
  };
  for (const { name, kind, members, interfaces } of types.values()) {
    if (kind === "UNION") for (const member of members) add(name, member);
    if (!["OBJECT", "INPUT_OBJECT", "INTERFACE"].includes(kind)) continue;
    for (const implemented of interfaces) add(implemented, name);
    if (kind !== "INTERFACE") add(name, name);
  }
  return possible;
}

/** The definition of an argument. */
export function argumentOf(
  { budget }: Pick<Schema, "budget">,
  { Arguments: definitions }: Pick<FieldDefinition, "Arguments">,
  name: string,
): FieldDefinition["Arguments"][number] | undefined {
  spend(budget, 0, definitions.length);
  return definitions.find(({ Name }) => Name === name);
}
