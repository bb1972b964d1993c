import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { builtInTypes, introspectionFields } from "./built-in-types.ts";
import { checkDirectives } from "./check-directives.ts";
import { checkInputCycles } from "./check-input-cycles.ts";
import { checkArguments, checkName, checkType } from "./check-types.ts";
import { parseSchema } from "./parse-schema.ts";
import { addField, collectPossibleTypes, collectTypes, type Schema } from "./schema.ts";
import type { DirectiveDefinition, SchemaDefinition, SchemaDocument } from "./schema-tree.ts";

/**
 * Joins a schema with what each schema has, and checks it.
 * @throws {BuiltinError} for a schema that is not valid; {RegoError} `REGO_LIMIT`
 */
export function loadSchema(document: SchemaDocument, budget: WorkBudget): Schema {
  const builtIn = parseSchema(builtInTypes, budget);
  const builtInDefinitions = builtIn.Definitions.map((definition) => ({ ...definition, BuiltIn: true }));
  const types = collectTypes([...builtInDefinitions, ...document.Definitions], document.Extensions);
  const schema: Schema = {
    types,
    directives: collectDirectives([...builtIn.Directives, ...document.Directives]),
    possibleTypes: collectPossibleTypes(types),
    roots: new Map(),
    budget,
  };
  if (document.Schema.length > 1) throw new BuiltinError("Cannot have multiple schema entry points");
  for (const definition of [...document.Schema, ...document.SchemaExtension]) addRoots(schema, definition);
  checkSchema(schema);
  if (document.Schema.length === 0) addNamedRoots(schema);
  addIntrospection(schema);
  return schema;
}

/** Directives that a schema may define again: its own definition counts. */
const redefinable = ["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"];

function collectDirectives(definitions: readonly DirectiveDefinition[]): Map<string, DirectiveDefinition> {
  const directives = new Map<string, DirectiveDefinition>();
  for (const definition of definitions) {
    const { Name: name } = definition;
    if (directives.has(name) && !redefinable.includes(name)) {
      throw new BuiltinError(`Cannot redeclare directive ${name}`);
    }
    directives.set(name, definition);
  }
  return directives;
}

function addRoots(schema: Schema, definition: SchemaDefinition): void {
  for (const { Operation: operation, Type: name } of definition.OperationTypes) {
    const type = schema.types.get(name);
    if (type === undefined) {
      throw new BuiltinError(`Schema root ${operation} refers to a type ${name} that does not exist`);
    }
    schema.roots.set(operation, type);
  }
  checkDirectives(schema, definition.Directives, { location: "SCHEMA", isOnePlace: true });
}

function checkSchema(schema: Schema): void {
  for (const type of schema.types.values()) {
    spend(schema.budget, 0);
    checkType(schema, type);
  }
  checkInputCycles(schema);
  for (const definition of schema.directives.values()) {
    checkName(definition.Name);
    checkArguments(schema, definition.Arguments, definition.Name);
  }
}

/** Without a definition of the schema, operations begin at the types that have the usual names. */
function addNamedRoots({ roots, types }: Schema): void {
  for (const [operation, name] of [
    ["query", "Query"],
    ["mutation", "Mutation"],
    ["subscription", "Subscription"],
  ] as const) {
    const type = types.get(name);
    if (type !== undefined && !roots.has(operation)) roots.set(operation, type);
  }
}

function addIntrospection({ roots, budget }: Schema): void {
  const query = roots.get("query");
  const [fields] = parseSchema(introspectionFields, budget).Definitions;
  if (query === undefined || fields === undefined) return;
  for (const field of fields.Fields) addField(query, field);
}
