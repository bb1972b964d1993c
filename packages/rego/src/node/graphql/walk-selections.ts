import { spend } from "../../core/work-budget.ts";
import { checkField } from "./check-fields.ts";
import { checkInlineFragment, checkSpread } from "./check-fragments.ts";
import { checkOverlaps } from "./check-overlaps.ts";
import type { Scope } from "./query-scope.ts";
import { namedType, type SchemaType } from "./schema.ts";
import type { FieldDefinition } from "./schema-tree.ts";
import {
  type Field,
  type FragmentSpread,
  type InlineFragment,
  isField,
  isInlineFragment,
  type Selection,
} from "./syntax-tree.ts";
import { walkArguments, walkDirectives } from "./walk-values.ts";

/** Checks all that is selected from a type; `undefined` for one that is not known. */
export function walkSelections(
  scope: Scope,
  selections: readonly Selection[],
  parent: SchemaType | undefined,
): void {
  const inner = { ...scope, depth: scope.depth + 1 };
  spend(scope.schema.budget, inner.depth, 1 + selections.length);
  for (const selection of selections) {
    if (isField(selection)) walkField(inner, selection, parent);
    else if (isInlineFragment(selection)) walkInlineFragment(inner, selection, parent);
    else walkSpread(inner, selection, parent);
  }
}

/** Each type has this field. */
const typeName: FieldDefinition = {
  Description: "",
  Name: "__typename",
  Arguments: [],
  Type: { NamedType: "String", NonNull: false },
  Directives: [],
};

function walkField(scope: Scope, field: Field, parent: SchemaType | undefined): void {
  const { types } = scope.schema;
  const definition = field.Name === "__typename" ? typeName : parent?.fieldsByName.get(field.Name);
  const place = { parent, definition };
  scope.places.set(field, place);
  walkArguments(scope, field.Arguments, definition);
  walkDirectives(scope, field.Directives, "FIELD");
  walkSelections(scope, field.SelectionSet, definition && types.get(namedType(definition.Type)));
  checkField(scope, field, place);
  // Those of fragments by themselves were checked with the operations that spread them.
  if (scope.operation !== undefined) checkOverlaps(scope, field.SelectionSet);
}

function walkInlineFragment(scope: Scope, fragment: InlineFragment, parent: SchemaType | undefined): void {
  const condition = fragment.TypeCondition;
  const type = condition === "" ? parent : scope.schema.types.get(condition);
  walkDirectives(scope, fragment.Directives, "INLINE_FRAGMENT");
  walkSelections(scope, fragment.SelectionSet, type);
  checkInlineFragment(scope.schema, fragment, parent);
  checkOverlaps(scope, fragment.SelectionSet);
}

/** A fragment is walked where it is spread first. */
function walkSpread(
  scope: Scope,
  { Name: name, Directives: directives }: FragmentSpread,
  parent: SchemaType | undefined,
): void {
  const fragment = scope.fragments.get(name);
  walkDirectives(scope, directives, "FRAGMENT_SPREAD");
  if (fragment !== undefined && !scope.spread.has(name)) {
    scope.spread.add(name);
    walkDirectives(scope, fragment.Directives, "FRAGMENT_DEFINITION");
    walkSelections(scope, fragment.SelectionSet, scope.schema.types.get(fragment.TypeCondition));
  }
  checkSpread(scope.schema, name, fragment, parent);
}
