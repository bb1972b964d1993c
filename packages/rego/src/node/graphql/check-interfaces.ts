import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { argumentOf, type Schema, type SchemaType } from "./schema.ts";
import type { FieldDefinition } from "./schema-tree.ts";
import type { TypeReference } from "./syntax-tree.ts";

/** Checks that a type has all that an interface asks of it (GraphQL, section 3.6). @throws {BuiltinError} */
export function checkInterface(schema: Schema, type: SchemaType, name: string): void {
  const implemented = schema.types.get(name);
  if (implemented === undefined) throw new BuiltinError(`Undefined type ${name}`);
  if (implemented.kind !== "INTERFACE") {
    throw new BuiltinError(`${name} is a non interface type ${implemented.kind}`);
  }
  for (const required of implemented.fields) {
    spend(schema.budget, 0);
    const found = type.fieldsByName.get(required.Name);
    const which = `For ${type.name} to implement ${name} the field ${required.Name}`;
    if (found === undefined) throw new BuiltinError(`${which} must be there`);
    if (!isCovariant(schema, required.Type, found.Type)) {
      throw new BuiltinError(`${which} must have another type`);
    }
    checkArguments(schema, required, found, which);
  }
  checkAncestors(schema, type, implemented);
}

function checkArguments(
  schema: Schema,
  required: FieldDefinition,
  found: FieldDefinition,
  which: string,
): void {
  for (const { Name: name, Type: type } of required.Arguments) {
    const argument = argumentOf(schema, found, name);
    if (argument === undefined) throw new BuiltinError(`${which} must have the argument ${name}`);
    if (!isCompatible(type, argument.Type)) {
      throw new BuiltinError(`${which} must have another type for ${name}`);
    }
  }
  for (const { Name: name, Type: type, DefaultValue: defaultValue } of found.Arguments) {
    const isNeeded = type.NonNull && defaultValue === undefined;
    if (isNeeded && argumentOf(schema, required, name) === undefined) {
      throw new BuiltinError(`${which} must not require the argument ${name}`);
    }
  }
}

/** A type implements what its interfaces implement. */
function checkAncestors({ budget }: Schema, { name, interfaces }: SchemaType, implemented: SchemaType): void {
  for (const ancestor of implemented.interfaces) {
    spend(budget, 0, interfaces.length);
    if (interfaces.includes(ancestor)) continue;
    throw new BuiltinError(
      `Type ${name} must implement ${ancestor} because it is implemented by ${implemented.name}`,
    );
  }
}

/** Whether a value of one type fits where another is expected. */
export function isCompatible(type: TypeReference, expected: TypeReference): boolean {
  if (type.NamedType !== expected.NamedType) return false;
  if (type.Elem !== undefined && expected.Elem === undefined) return false;
  if (type.Elem !== undefined && expected.Elem !== undefined && !isCompatible(type.Elem, expected.Elem)) {
    return false;
  }
  return !expected.NonNull || type.NonNull;
}

/** Whether what a field gives is always what the interface promises. */
function isCovariant(schema: Schema, required: TypeReference, actual: TypeReference): boolean {
  if (required.NonNull && !actual.NonNull) return false;
  if (required.NamedType !== "") {
    if (required.NamedType === actual.NamedType) return true;
    return schema.possibleTypes.get(required.NamedType)?.has(actual.NamedType) ?? false;
  }
  if (required.Elem === undefined || actual.Elem === undefined) return false;
  return isCovariant(schema, required.Elem, actual.Elem);
}
