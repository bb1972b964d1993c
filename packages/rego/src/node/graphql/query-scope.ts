import type { OverlapMemory } from "./check-overlaps.ts";
import type { Schema, SchemaType } from "./schema.ts";
import type { FieldDefinition } from "./schema-tree.ts";
import type {
  Field,
  FragmentDefinition,
  OperationDefinition,
  QueryDocument,
  TypeReference,
  VariableDefinition,
} from "./syntax-tree.ts";

/** What is known of a field where it stands. */
export interface FieldPlace {
  /** The type that it is selected from; `undefined` when that is not known. */
  readonly parent: SchemaType | undefined;
  readonly definition: FieldDefinition | undefined;
}

/** What is expected of a value where it stands. */
export interface ValuePlace {
  readonly expected: TypeReference;
  /** The type that `expected` names. */
  readonly type: SchemaType | undefined;
  /** Whether something other than `null` comes in when the value is left out. */
  readonly hasDefault: boolean;
}

/** A document that is checked. */
export interface QueryCheck {
  readonly schema: Schema;
  readonly document: QueryDocument;
  readonly fragments: ReadonlyMap<string, FragmentDefinition>;
  /** Where fields were found. */
  readonly places: Map<Field, FieldPlace>;
  readonly overlaps: OverlapMemory;
}

/** The operation, or the fragment by itself, that is walked. */
export interface Scope extends QueryCheck {
  readonly operation: OperationDefinition | undefined;
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  readonly usedVariables: Set<string>;
  /** Fragments that were walked from here. */
  readonly spread: Set<string>;
  /** Selections and values around what is walked. */
  readonly depth: number;
}

/** The first of those that have a name. */
export function firstByName<T extends { readonly Name: string }>(
  items: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(items.toReversed().map((item) => [item.Name, item]));
}
