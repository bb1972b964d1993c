import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { checkDirectives } from "./check-directives.ts";
import { checkInterface } from "./check-interfaces.ts";
import { isInputKind, isOutputKind, namedType, type Schema, type SchemaType } from "./schema.ts";
import type { ArgumentDefinition, FieldDefinition } from "./schema-tree.ts";
import type { TypeReference } from "./syntax-tree.ts";

/** Checks one type of a schema. @throws {BuiltinError}; {RegoError} `REGO_LIMIT` */
export function checkType(schema: Schema, type: SchemaType): void {
  for (const field of type.fields) checkField(schema, type, field);
  for (const member of type.members) {
    if (typeNamed(schema, member).kind !== "OBJECT") {
      throw new BuiltinError(`${type.kind} type ${member} must be OBJECT`);
    }
  }
  for (const name of type.interfaces) checkInterface(schema, type, name);
  checkContents(schema, type);
  checkUnique(type, "field", type.fields.map(nameOf));
  checkUnique(type, "enum value", type.enumValues.map(nameOf));
  checkUnique(type, "member", type.members);
  if (!type.isBuiltIn) checkName(type.name);
  checkDirectives(schema, type.directives, { location: type.kind, isOnePlace: false });
}

/** Names that begin so belong to introspection. */
export function checkName(name: string): void {
  if (name.startsWith("__")) throw new BuiltinError(`Name "${name}" must not begin with "__"`);
}

function nameOf({ Name }: { readonly Name: string }): string {
  return Name;
}

function typeNamed({ types, budget }: Schema, name: string): SchemaType {
  spend(budget, 0);
  const type = types.get(name);
  if (type === undefined) throw new BuiltinError(`Undefined type ${name}`);
  return type;
}

function typeOf(schema: Schema, type: TypeReference): SchemaType {
  return typeNamed(schema, namedType(type));
}

function checkField(schema: Schema, { kind }: SchemaType, field: FieldDefinition): void {
  checkName(field.Name);
  typeOf(schema, field.Type);
  checkArguments(schema, field.Arguments);
  const location = kind === "INPUT_OBJECT" ? "INPUT_FIELD_DEFINITION" : "FIELD_DEFINITION";
  checkDirectives(schema, field.Directives, { location, isOnePlace: true });
}

/** @param defined - the directive whose arguments they are */
export function checkArguments(
  schema: Schema,
  definitions: readonly ArgumentDefinition[],
  defined?: string,
): void {
  for (const { Name: name, Type: type, Directives: directives } of definitions) {
    checkName(name);
    const argumentType = typeOf(schema, type);
    if (!isInputKind(argumentType)) {
      throw new BuiltinError(`argument ${name} cannot be ${argumentType.kind}: that is no input type`);
    }
    checkDirectives(schema, directives, { location: "ARGUMENT_DEFINITION", isOnePlace: true, defined });
  }
}

/** What a type of its kind must have. */
function checkContents(schema: Schema, { name, kind, fields, enumValues }: SchemaType): void {
  const hasFields = kind === "OBJECT" || kind === "INTERFACE" || kind === "INPUT_OBJECT";
  const contents = hasFields ? fields : enumValues;
  if ((hasFields || kind === "ENUM") && contents.length === 0) {
    throw new BuiltinError(
      `${kind} ${name}: must define one or more ${hasFields ? "fields" : "enum values"}`,
    );
  }
  if (hasFields) {
    for (const field of fields) {
      const type = typeOf(schema, field.Type);
      const isRight = kind === "INPUT_OBJECT" ? isInputKind(type) : isOutputKind(type);
      if (!isRight) throw new BuiltinError(`${kind} ${name}: field ${field.Name} cannot be ${type.kind}`);
    }
  }
  if (kind !== "ENUM") return;
  for (const value of enumValues) {
    if (["true", "false", "null"].includes(value.Name)) {
      throw new BuiltinError(`${kind} ${name}: non-enum value ${value.Name}`);
    }
    checkDirectives(schema, value.Directives, { location: "ENUM_VALUE", isOnePlace: true });
  }
}

function checkUnique({ name }: SchemaType, what: string, names: readonly string[]): void {
  if (new Set(names).size < names.length) {
    throw new BuiltinError(`${name}: each ${what} can only be defined once`);
  }
}
