import { checkFragment, checkFragmentsUsed, checkNoCycles } from "./check-fragments.ts";
import { checkOperation, checkOperationNames, rootOf } from "./check-operations.ts";
import { checkOverlaps, overlapMemory } from "./check-overlaps.ts";
import { firstByName, type QueryCheck, type Scope } from "./query-scope.ts";
import type { Schema } from "./schema.ts";
import type { FragmentDefinition, OperationDefinition, QueryDocument } from "./syntax-tree.ts";
import { walkSelections } from "./walk-selections.ts";
import { valuePlace, walkDirectives, walkValue } from "./walk-values.ts";

/**
 * Checks operations and fragments against a schema, with the rules of GraphQL, section 5, as OPA has them.
 * @throws {BuiltinError} for what is not valid; {RegoError} `REGO_LIMIT`
 */
export function checkQuery(schema: Schema, document: QueryDocument): void {
  const check: QueryCheck = {
    schema,
    document,
    fragments: firstByName(document.Fragments),
    places: new Map(),
    overlaps: overlapMemory(),
  };
  checkOperationNames(document);
  checkNoCycles(check);
  const spread = new Set<string>();
  for (const operation of document.Operations) {
    const scope = operationScope(check, operation);
    walkOperation(scope, operation);
    for (const name of scope.spread) spread.add(name);
  }
  checkFragmentsUsed(check, spread);
  for (const fragment of document.Fragments) walkFragment(check, fragment);
}

function operationScope(check: QueryCheck, operation: OperationDefinition): Scope {
  const variables = operation.VariableDefinitions.map(
    (definition) => [definition.Variable, definition] as const,
  );
  return {
    ...check,
    operation,
    variables: new Map(variables.toReversed()),
    usedVariables: new Set(),
    spread: new Set(),
    depth: 0,
  };
}

function walkOperation(scope: Scope, operation: OperationDefinition): void {
  const { schema } = scope;
  for (const { Type: type, DefaultValue: value, Directives: directives } of operation.VariableDefinitions) {
    if (value !== undefined) walkValue(scope, value, valuePlace(schema, type));
    walkDirectives(scope, directives, "VARIABLE_DEFINITION");
  }
  const { type, location } = rootOf(schema, operation);
  walkDirectives(scope, operation.Directives, location);
  walkSelections(scope, operation.SelectionSet, type);
  checkOperation(scope, operation);
  checkOverlaps(scope, operation.SelectionSet);
}

/** What was walked from operations is walked again: fragments are checked for themselves, too. */
function walkFragment(check: QueryCheck, fragment: FragmentDefinition): void {
  const scope: Scope = {
    ...check,
    operation: undefined,
    variables: new Map(),
    usedVariables: new Set(),
    spread: new Set(),
    depth: 0,
  };
  walkDirectives(scope, fragment.Directives, "FRAGMENT_DEFINITION");
  walkSelections(scope, fragment.SelectionSet, check.schema.types.get(fragment.TypeCondition));
  checkFragment(check.schema, fragment);
  checkOverlaps(scope, fragment.SelectionSet);
}
