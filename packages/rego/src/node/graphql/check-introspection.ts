import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import type { QueryCheck } from "./query-scope.ts";
import { type Field, isField, isInlineFragment, type Selection } from "./syntax-tree.ts";

/** Fields of introspection that lead from a type to many others. */
const lists = ["fields", "interfaces", "possibleTypes", "inputFields"];

/** So many of them inside each other are too many. */
const maxLists = 3;

/** Refuses introspection whose answer grows with a power of the number of types. @throws {BuiltinError} */
export function checkIntrospection(check: QueryCheck, field: Field): void {
  if (isTooDeep(check, field, { lists: 0, spread: [] })) {
    throw new BuiltinError("Maximum introspection depth exceeded");
  }
}

interface Way {
  readonly lists: number;
  /** Fragments on the way to here. */
  readonly spread: readonly string[];
}

function isTooDeep(check: QueryCheck, field: Field, way: Way): boolean {
  const depth = way.lists + (lists.includes(field.Name) ? 1 : 0);
  return depth >= maxLists || isAnyTooDeep(check, field.SelectionSet, { ...way, lists: depth });
}

function isAnyTooDeep(check: QueryCheck, selections: readonly Selection[], way: Way): boolean {
  spend(check.schema.budget, 0, 1 + selections.length + way.spread.length);
  return selections.some((selection) => {
    if (isField(selection)) return isTooDeep(check, selection, way);
    if (isInlineFragment(selection)) return isAnyTooDeep(check, selection.SelectionSet, way);
    const { Name: name } = selection;
    const fragment = way.spread.includes(name) ? undefined : check.fragments.get(name);
    if (fragment === undefined) return false;
    return isAnyTooDeep(check, fragment.SelectionSet, { ...way, spread: [...way.spread, name] });
  });
}
