import { spend } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import type { QueryCheck } from "./query-scope.ts";
import { haveSameArguments, haveTypesInConflict } from "./same-fields.ts";
import { type Field, isField, isInlineFragment, type Selection } from "./syntax-tree.ts";

/** What was compared already. */
export interface OverlapMemory {
  /** Pairs of fragments, and whether they were compared as if only one of both could apply. */
  readonly pairs: Map<string, boolean>;
  /** Fragments that were compared with fields: shared by all comparisons, as in OPA, so that some are passed over. */
  fragments: Set<string>;
}

export function overlapMemory(): OverlapMemory {
  return { pairs: new Map(), fragments: new Set() };
}

/**
 * Checks that fields which give answers under the same name are the same (GraphQL, section 5.3.2).
 * @throws {BuiltinError}; {RegoError} `REGO_LIMIT`
 */
export function checkOverlaps(check: QueryCheck, selections: readonly Selection[]): void {
  if (selections.length === 0) return;
  const { fields, spreads } = collect(check, selections);
  const state: Comparison = { check, areExclusive: false, depth: 0 };
  for (const named of fields.values()) {
    for (const [index, field] of named.entries()) {
      for (const other of named.slice(index + 1)) compareFields(state, field, other);
    }
  }
  check.overlaps.fragments = new Set();
  for (const [index, name] of spreads.entries()) {
    compareWithFragment(state, fields, name);
    for (const other of spreads.slice(index + 1)) compareFragments(state, name, other);
  }
}

interface Comparison {
  readonly check: QueryCheck;
  /** Whether what is compared is inside of fields of different types, of which only one can apply. */
  readonly areExclusive: boolean;
  readonly depth: number;
}

/** Fields by the names under which they answer. */
type Fields = ReadonlyMap<string, readonly Field[]>;

interface Collected {
  readonly fields: Fields;
  readonly spreads: readonly string[];
}

function collect({ schema }: QueryCheck, selections: readonly Selection[]): Collected {
  const fields = new Map<string, Field[]>();
  const spreads: string[] = [];
  const visit = (inner: readonly Selection[]) => {
    spend(schema.budget, 0, 1 + inner.length);
    for (const selection of inner) {
      if (isField(selection)) {
        const name = responseName(selection);
        const named = fields.get(name) ?? [];
        fields.set(name, named);
        named.push(selection);
      } else if (isInlineFragment(selection)) visit(selection.SelectionSet);
      else spreads.push(selection.Name);
    }
  };
  visit(selections);
  return { fields, spreads };
}

function responseName({ Alias, Name }: Field): string {
  return Alias === "" ? Name : Alias;
}

function collectFragment(check: QueryCheck, name: string): Collected | undefined {
  const fragment = check.fragments.get(name);
  return fragment && collect(check, fragment.SelectionSet);
}

/** Fields against those of a fragment, and of all that it spreads. */
function compareWithFragment(state: Comparison, fields: Fields, name: string): void {
  const { overlaps } = state.check;
  if (overlaps.fragments.has(name)) return;
  overlaps.fragments.add(name);
  const fragment = collectFragment(state.check, name);
  if (fragment === undefined) return;
  compareAll(state, fields, fragment.fields);
  for (const spread of fragment.spreads) {
    if (spread !== name) compareWithFragment(deeper(state), fields, spread);
  }
}

/** Two fragments, and each against what the other spreads. */
function compareFragments(state: Comparison, name: string, other: string): void {
  const { check, areExclusive } = state;
  const { pairs } = check.overlaps;
  if (name === other) return;
  const known = pairs.get(pairKey(name, other));
  // Compared as not exclusive, all was compared.
  if (known !== undefined && (areExclusive || !known)) return;
  pairs.set(pairKey(name, other), areExclusive);
  pairs.set(pairKey(other, name), areExclusive);
  const first = collectFragment(check, name);
  const second = collectFragment(check, other);
  if (first === undefined || second === undefined) return;
  compareAll(state, first.fields, second.fields);
  for (const spread of second.spreads) compareFragments(deeper(state), name, spread);
  for (const spread of first.spreads) compareFragments(deeper(state), spread, other);
}

function pairKey(name: string, other: string): string {
  return `${name}\n${other}`;
}

function deeper(state: Comparison): Comparison {
  const depth = state.depth + 1;
  spend(state.check.schema.budget, depth);
  return { ...state, depth };
}

function compareAll(state: Comparison, fields: Fields, others: Fields): void {
  spend(state.check.schema.budget, state.depth, 1 + fields.size);
  for (const [name, named] of fields) {
    for (const field of named) {
      for (const other of others.get(name) ?? []) compareFields(state, field, other);
    }
  }
}

function compareFields(state: Comparison, field: Field, other: Field): void {
  const { check } = state;
  spend(check.schema.budget, state.depth);
  const [place, otherPlace] = [check.places.get(field), check.places.get(other)];
  const [parent, otherParent] = [place?.parent, otherPlace?.parent];
  if (parent === undefined || otherParent === undefined) return;
  const [definition, otherDefinition] = [place?.definition, otherPlace?.definition];
  const areObjects = parent.kind === "OBJECT" && otherParent.kind === "OBJECT";
  const areKnown = definition !== undefined && otherDefinition !== undefined;
  const areExclusive = state.areExclusive || (parent.name !== otherParent.name && areObjects && areKnown);
  if (!areExclusive && field.Name !== other.Name) throw conflict(field, "they are different fields");
  if (!areExclusive && !haveSameArguments(check.schema.budget, field, other)) {
    throw conflict(field, "they have differing arguments");
  }
  if (areKnown && haveTypesInConflict(check.schema, definition.Type, otherDefinition.Type)) {
    throw conflict(field, "they return conflicting types");
  }
  compareSelections(deeper({ ...state, areExclusive }), field.SelectionSet, other.SelectionSet);
}

function conflict(field: Field, reason: string): BuiltinError {
  return new BuiltinError(`Fields "${responseName(field)}" conflict because ${reason}`);
}

function compareSelections(
  state: Comparison,
  selections: readonly Selection[],
  others: readonly Selection[],
): void {
  const { check } = state;
  const [first, second] = [collect(check, selections), collect(check, others)];
  compareAll(state, first.fields, second.fields);
  for (const [{ fields }, { spreads }] of [
    [first, second],
    [second, first],
  ] as const) {
    for (const spread of spreads) {
      check.overlaps.fragments = new Set();
      compareWithFragment(state, fields, spread);
    }
  }
  for (const spread of first.spreads) {
    for (const other of second.spreads) compareFragments(state, spread, other);
  }
}
