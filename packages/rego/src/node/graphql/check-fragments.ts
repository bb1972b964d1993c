import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import type { QueryCheck } from "./query-scope.ts";
import { isCompositeKind, type Schema, type SchemaType } from "./schema.ts";
import {
  type FragmentDefinition,
  type InlineFragment,
  isField,
  isInlineFragment,
  type Selection,
} from "./syntax-tree.ts";

/** Checks what a fragment is for (GraphQL, section 5.5.1). @throws {BuiltinError} */
export function checkFragment(
  { types }: Schema,
  { Name: name, TypeCondition: condition }: FragmentDefinition,
): void {
  const type = types.get(condition);
  if (type === undefined) throw new BuiltinError(`Unknown type "${condition}"`);
  if (condition !== "" && !isCompositeKind(type)) {
    throw new BuiltinError(`Fragment "${name}" cannot condition on non composite type "${condition}"`);
  }
}

/** Checks a fragment in its place (GraphQL, section 5.5). @throws {BuiltinError} */
export function checkInlineFragment(
  schema: Schema,
  { TypeCondition: condition }: InlineFragment,
  parent: SchemaType | undefined,
): void {
  const type = schema.types.get(condition);
  if (condition !== "" && type === undefined) throw new BuiltinError(`Unknown type "${condition}"`);
  if (type !== undefined && !isCompositeKind(type)) {
    throw new BuiltinError(`Fragment cannot condition on non composite type "${condition}"`);
  }
  checkPossible(schema, parent, type);
}

/** @throws {BuiltinError} */
export function checkSpread(
  schema: Schema,
  name: string,
  fragment: FragmentDefinition | undefined,
  parent: SchemaType | undefined,
): void {
  if (fragment === undefined) throw new BuiltinError(`Unknown fragment "${name}"`);
  checkPossible(schema, parent, schema.types.get(fragment.TypeCondition));
}

/** Some value must be of both types. */
function checkPossible(schema: Schema, parent: SchemaType | undefined, type: SchemaType | undefined): void {
  if (parent === undefined || type === undefined) return;
  if (!isCompositeKind(parent) || !isCompositeKind(type)) return;
  const { possibleTypes, budget } = schema;
  const own: ReadonlySet<string> = possibleTypes.get(parent.name) ?? new Set();
  const names = parent.kind === "OBJECT" ? new Set([parent.name]) : own;
  const others: ReadonlySet<string> = possibleTypes.get(type.name) ?? new Set();
  spend(budget, 0, 1 + Math.min(names.size, others.size));
  if (names.isDisjointFrom(others)) {
    throw new BuiltinError(
      `Fragment cannot be spread: objects of "${parent.name}" can never be "${type.name}"`,
    );
  }
}

/** Checks that fragments have names of their own and are spread by an operation. @throws {BuiltinError} */
export function checkFragmentsUsed({ document, fragments }: QueryCheck, spread: ReadonlySet<string>): void {
  if (fragments.size < document.Fragments.length) {
    throw new BuiltinError("There can be only one fragment of each name");
  }
  for (const name of fragments.keys()) {
    if (!spread.has(name)) throw new BuiltinError(`Fragment "${name}" is never used`);
  }
}

/** Checks that no fragment is inside of itself (GraphQL, section 5.5.2.2). @throws {BuiltinError}; {RegoError} `REGO_LIMIT` */
export function checkNoCycles(check: QueryCheck): void {
  const search: Search = { ...check, done: new Set(), open: new Set() };
  for (const fragment of check.fragments.values()) visit(search, fragment);
}

interface Search extends QueryCheck {
  readonly done: Set<string>;
  readonly open: Set<string>;
}

function visit(search: Search, { Name: name, SelectionSet: selections }: FragmentDefinition): void {
  if (search.done.has(name)) return;
  search.open.add(name);
  visitSelections(search, selections, 0);
  search.open.delete(name);
  search.done.add(name);
}

function visitSelections(search: Search, selections: readonly Selection[], depth: number): void {
  spend(search.schema.budget, depth + search.open.size, 1 + selections.length);
  for (const selection of selections) {
    if (isField(selection) || isInlineFragment(selection)) {
      visitSelections(search, selection.SelectionSet, depth + 1);
      continue;
    }
    if (search.open.has(selection.Name)) {
      throw new BuiltinError(`Cannot spread fragment "${selection.Name}" within itself`);
    }
    const fragment = search.fragments.get(selection.Name);
    if (fragment !== undefined) visit(search, fragment);
  }
}
