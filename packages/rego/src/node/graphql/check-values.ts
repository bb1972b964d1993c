import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { isCompatible } from "./check-interfaces.ts";
import type { Scope, ValuePlace } from "./query-scope.ts";
import type { Schema, SchemaType } from "./schema.ts";
import { type ChildValue, type Value, valueKinds } from "./syntax-tree.ts";
import { isReadable } from "./value-text.ts";

/** Checks that a variable is defined and fits where it stands (GraphQL, section 5.8). @throws {BuiltinError} */
export function checkVariable(scope: Scope, { Raw: name }: Value, place: ValuePlace | undefined): void {
  // A fragment by itself has no variables: they are looked for in each operation that spreads it.
  if (scope.operation === undefined) return;
  const definition = scope.variables.get(name);
  if (definition === undefined) throw new BuiltinError(`Variable "$${name}" is not defined`);
  if (place === undefined) return;
  const { DefaultValue: value, Type: type } = definition;
  const mayBeNull = place.hasDefault || (value !== undefined && value.Kind !== valueKinds.null);
  const expected = mayBeNull ? { ...place.expected, NonNull: false } : place.expected;
  if (!isCompatible(type, expected)) {
    throw new BuiltinError(`Variable "$${name}" is used in a position expecting another type`);
  }
}

/** Checks that a value is one of what is expected (GraphQL, section 5.6). @throws {BuiltinError} */
export function checkValue(scope: Scope, value: Value, place: ValuePlace | undefined): void {
  if (value.Kind === valueKinds.object) checkUniqueNames(value.Children);
  const type = place?.type;
  if (place === undefined || type === undefined) return;
  if (value.Kind === valueKinds.object) checkOneOfVariables(scope, type, value);
  if (value.Kind === valueKinds.null) {
    if (place.expected.NonNull) throw wrongType(value, type);
    return;
  }
  // Whatever stands for a scalar of the schema's own is not looked at.
  if (type.kind === "SCALAR" && !builtInScalars.includes(type.name)) return;
  if (!isReadable(scope.schema.budget, value)) throw wrongType(value, type);
  if (value.Kind === valueKinds.list) {
    if (place.expected.Elem === undefined) throw wrongType(value, type);
  } else if (value.Kind === valueKinds.object) {
    checkObject(scope.schema, type, value);
  } else if (!isLeafOf(scope.schema, type, value)) {
    throw wrongType(value, type);
  }
}

const builtInScalars = ["Int", "Float", "String", "Boolean", "ID"];

function checkUniqueNames(children: readonly ChildValue[]): void {
  const names = new Set(children.map(({ Name }) => Name));
  if (names.size < children.length) throw new BuiltinError("There can be only one input field of each name");
}

function wrongType({ Raw: raw }: Value, { name }: SchemaType): BuiltinError {
  return new BuiltinError(`Expected value of type "${name}", found ${raw}`);
}

/** Which scalars the kinds of literals may stand for. */
const literals: Readonly<Record<number, readonly string[]>> = {
  [valueKinds.int]: ["Int", "Float", "ID"],
  [valueKinds.float]: ["Float"],
  [valueKinds.string]: ["String", "ID"],
  [valueKinds.block]: ["String", "ID"],
  [valueKinds.boolean]: ["Boolean"],
};

function isLeafOf({ budget }: Schema, { name, kind, enumValues }: SchemaType, value: Value): boolean {
  if (value.Kind === valueKinds.variable) return true;
  if (value.Kind === valueKinds.enum) {
    spend(budget, 0, enumValues.length);
    return kind === "ENUM" && enumValues.some(({ Name }) => Name === value.Raw);
  }
  return kind !== "ENUM" && (literals[value.Kind]?.includes(name) ?? false);
}

function checkObject({ budget }: Schema, type: SchemaType, { Children: children }: Value): void {
  const names = new Set(children.map(({ Name }) => Name));
  spend(budget, 0, type.fields.length);
  for (const { Name: name, Type: expected, DefaultValue: value } of type.fields) {
    if (expected.NonNull && value === undefined && !names.has(name)) {
      throw new BuiltinError(`Field "${type.name}.${name}" of a required type was not provided`);
    }
  }
  for (const name of names) {
    if (!type.fieldsByName.has(name)) {
      throw new BuiltinError(`Field "${name}" is not defined by type "${type.name}"`);
    }
  }
  if (!isOneOf(type)) return;
  const [only] = children;
  if (children.length !== 1 || only?.Value.Kind === valueKinds.null) {
    throw new BuiltinError(`OneOf Input Object "${type.name}" must specify exactly one key, and no null`);
  }
}

function isOneOf({ directives }: SchemaType): boolean {
  return directives.some(({ Name }) => Name === "oneOf");
}

/** A variable of an object that takes one member may not be `null`. */
function checkOneOfVariables({ variables }: Scope, type: SchemaType, { Children: children }: Value): void {
  if (!isOneOf(type)) return;
  for (const { Value: value } of children) {
    const definition = value.Kind === valueKinds.variable ? variables.get(value.Raw) : undefined;
    if (definition !== undefined && !definition.Type.NonNull) {
      throw new BuiltinError(`Variable "$${value.Raw}" must be non-nullable for "${type.name}"`);
    }
  }
}
