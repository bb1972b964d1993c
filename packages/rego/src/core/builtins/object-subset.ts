import { BuiltinError } from "../../errors.ts";
import { boundedStack } from "../bounded-stack.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";
import { findSorted } from "../find-sorted.ts";
import {
  compareValues,
  isArray,
  isObject,
  isSet,
  type RegoObject,
  type RegoSet,
  type RegoValue,
} from "../value.ts";
import { spend, type WorkBudget, workBudget } from "../work-budget.ts";

const objectSubset: Builtin = ([whole = null, part = null]) => {
  const budget = workBudget("object.subset");
  const answer = isPart(whole, part, budget);
  if (answer !== undefined) return answer;
  if (isArray(whole) && isSet(part)) return arrayHasSet(whole, part.items);
  throw new BuiltinError("both arguments object.subset must be of the same type or array and set");
};

/** `undefined` for values of which none can be part of the other. */
function isPart(whole: RegoValue, part: RegoValue, budget: WorkBudget): boolean | undefined {
  if (isObject(whole) && isObject(part)) return isPartOfObject(whole, part, budget);
  if (isSet(whole) && isSet(part)) return isPartOfSet(whole, part);
  if (isArray(whole) && isArray(part)) return isPartOfArray(whole, part, budget);
  return undefined;
}

/** Members that are objects, sets or arrays need only be parts of their counterparts. */
function isPartOfObject(whole: RegoObject, part: RegoObject, budget: WorkBudget): boolean {
  const counterpartOf = finderInOrder(whole.entries, ([key]) => key);
  return part.entries.every(([key, member]) => {
    const [, counterpart] = counterpartOf(key) ?? [];
    if (counterpart === undefined) return false;
    return compareValues(counterpart, member) === 0 || (isPart(counterpart, member, budget) ?? false);
  });
}

function isPartOfSet(whole: RegoSet, part: RegoSet): boolean {
  const counterpartOf = finderInOrder(whole.items, (item) => item);
  return part.items.every((item) => counterpartOf(item) !== undefined);
}

/** Finds things of a sorted list by their keys, which are to be asked for in order. */
function finderInOrder<T>(
  sorted: readonly T[],
  keyOf: (each: T) => RegoValue,
): (key: RegoValue) => T | undefined {
  let at = 0;
  return (key) => {
    for (; at < sorted.length; at++) {
      const order = compareValues(keyOf(sorted[at]!), key);
      if (order === 0) return sorted[at];
      if (order > 0) return undefined;
    }
    return undefined;
  };
}

/** Whether the items stand in the array, in a row. */
function isPartOfArray(whole: readonly RegoValue[], part: readonly RegoValue[], budget: WorkBudget): boolean {
  for (let start = 0; start + part.length <= whole.length; start++) {
    const matches = part.every((item, index) => {
      spend(budget, 0);
      return compareValues(item, whole[start + index]!) === 0;
    });
    if (matches) return true;
  }
  return false;
}

/** An item that is in the array twice counts twice, and an empty set is part of no empty array: so does OPA. */
function arrayHasSet(whole: readonly RegoValue[], items: readonly RegoValue[]): boolean {
  let unmatched = items.length;
  return whole.some((item) => {
    if (hasItem(items, item)) unmatched--;
    return unmatched === 0;
  });
}

function hasItem(items: readonly RegoValue[], item: RegoValue): boolean {
  return findSorted(items, (other) => compareValues(other, item)) !== undefined;
}

export const subsetBuiltins: BuiltinTable = { "object.subset": boundedStack(objectSubset) };
