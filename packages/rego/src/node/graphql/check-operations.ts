import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import type { QueryCheck, Scope } from "./query-scope.ts";
import { isInputKind, namedType, type Schema, type SchemaType } from "./schema.ts";
import {
  isField,
  isInlineFragment,
  type OperationDefinition,
  type QueryDocument,
  type Selection,
} from "./syntax-tree.ts";

/** Checks that operations can be told apart (GraphQL, sections 5.2.1 and 5.2.2). @throws {BuiltinError} */
export function checkOperationNames({ Operations: operations }: QueryDocument): void {
  const names = new Set(operations.map(({ Name }) => Name));
  if (names.size < operations.length) throw new BuiltinError("There can be only one operation of each name");
  if (names.has("") && operations.length > 1) {
    throw new BuiltinError("This anonymous operation must be the only defined operation");
  }
}

/** The type at which an operation begins. @throws {BuiltinError} when the schema has none */
export function rootOf(
  { roots }: Schema,
  { Operation: operation }: OperationDefinition,
): { type: SchemaType; location: string } {
  const kind = operation === "" ? "query" : operation;
  const type = ["query", "mutation", "subscription"].includes(kind) ? roots.get(kind) : undefined;
  if (type === undefined) throw new BuiltinError(`Schema does not support operation type "${operation}"`);
  return { type, location: kind.toUpperCase() };
}

/** Checks an operation whose selections are checked. @throws {BuiltinError} */
export function checkOperation(scope: Scope, operation: OperationDefinition): void {
  const { schema, variables, usedVariables } = scope;
  const { VariableDefinitions: definitions, SelectionSet: selections } = operation;
  if (variables.size < definitions.length) {
    throw new BuiltinError("There can be only one variable of each name");
  }
  for (const { Variable: name, Type: type } of definitions) {
    if (!usedVariables.has(name)) throw new BuiltinError(`Variable "$${name}" is never used`);
    const variableType = schema.types.get(namedType(type));
    if (variableType === undefined) throw new BuiltinError(`Unknown type "${namedType(type)}"`);
    if (!isInputKind(variableType)) {
      throw new BuiltinError(`Variable "$${name}" cannot be non-input type "${variableType.name}"`);
    }
  }
  if (operation.Operation === "subscription") checkSubscription(scope, selections);
}

/** A subscription has one field at its root, and none of introspection (GraphQL, section 5.2.3.1). */
function checkSubscription(check: QueryCheck, selections: readonly Selection[]): void {
  const names = new Set<string>();
  collectFields(check, selections, { names, spread: new Set() });
  if (names.size > 1) throw new BuiltinError("A subscription must select only one top level field");
  for (const name of names) {
    if (name.startsWith("__")) {
      throw new BuiltinError("A subscription must not select an introspection top level field");
    }
  }
}

function collectFields(
  check: QueryCheck,
  selections: readonly Selection[],
  found: { readonly names: Set<string>; readonly spread: Set<string> },
): void {
  spend(check.schema.budget, 0, 1 + selections.length);
  for (const selection of selections) {
    if (isField(selection)) found.names.add(selection.Name);
    else if (isInlineFragment(selection)) collectFields(check, selection.SelectionSet, found);
    else if (!found.spread.has(selection.Name)) {
      found.spread.add(selection.Name);
      collectFields(check, check.fragments.get(selection.Name)?.SelectionSet ?? [], found);
    }
  }
}
