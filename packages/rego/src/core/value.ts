import { compareCodePoints } from "@kubewarden-ts/protocol";
import { compareNumbers } from "./number.ts";

/** A number as it is written: OPA keeps numbers of any size and precision. */
export interface RegoNumber {
  readonly kind: "number";
  readonly text: string;
}

/** Members are in the order of {@link compareValues} and unique; keys may be any value. */
export interface RegoObject {
  readonly kind: "object";
  readonly entries: readonly RegoEntry[];
}
export type RegoEntry = readonly [key: RegoValue, value: RegoValue];

/** Items are in the order of {@link compareValues} and unique. */
export interface RegoSet {
  readonly kind: "set";
  readonly items: readonly RegoValue[];
}

/** A value of Rego: JSON, with sets, keys of any type, and numbers that keep their text. */
export type RegoValue = null | boolean | string | RegoNumber | readonly RegoValue[] | RegoObject | RegoSet;

export function numberOf(value: number | bigint | string): RegoNumber {
  return { kind: "number", text: String(value) };
}

/** The later of two equal keys counts. */
export function objectOf(entries: Iterable<RegoEntry>): RegoObject {
  const sorted = [...entries].sort(([left], [right]) => compareValues(left, right));
  const unique = sorted.filter(
    ([key], index) => index + 1 === sorted.length || compareValues(key, sorted[index + 1]![0]) !== 0,
  );
  return { kind: "object", entries: unique };
}

export function setOf(items: Iterable<RegoValue>): RegoSet {
  const sorted = [...items].sort(compareValues);
  const unique = sorted.filter((item, index) => index === 0 || compareValues(sorted[index - 1]!, item) !== 0);
  return { kind: "set", items: unique };
}

export function isArray(value: RegoValue): value is readonly RegoValue[] {
  return Array.isArray(value);
}
export function isNumber(value: RegoValue): value is RegoNumber {
  return kindOf(value) === "number";
}
export function isObject(value: RegoValue): value is RegoObject {
  return kindOf(value) === "object";
}
export function isSet(value: RegoValue): value is RegoSet {
  return kindOf(value) === "set";
}

/** The types in their order among each other. */
const kinds = ["null", "boolean", "number", "string", "array", "object", "set"] as const;
export type RegoKind = (typeof kinds)[number];

/** The type of a value, by the name that Rego's `type_name` has for it. */
export function kindOf(value: RegoValue): RegoKind {
  if (value === null) return "null";
  if (typeof value === "boolean" || typeof value === "string") return typeof value as "boolean" | "string";
  return "kind" in value ? value.kind : "array";
}

/** Rego's total order over all values: negative, zero or positive. */
export function compareValues(left: RegoValue, right: RegoValue): number {
  if (left === right) return 0;
  const kind = kindOf(left);
  const otherKind = kindOf(right);
  if (kind !== otherKind) return kinds.indexOf(kind) - kinds.indexOf(otherKind);
  switch (kind) {
    case "null":
      return 0;
    case "boolean":
      return Number(left) - Number(right);
    case "string":
      return compareCodePoints(left as string, right as string);
    case "number":
      return compareNumbers((left as RegoNumber).text, (right as RegoNumber).text);
    case "array":
      return compareLists(left as readonly RegoValue[], right as readonly RegoValue[]);
    case "set":
      return compareLists((left as RegoSet).items, (right as RegoSet).items);
    case "object":
      return compareObjects(left as RegoObject, right as RegoObject);
  }
}

function compareLists(left: readonly RegoValue[], right: readonly RegoValue[]): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const order = compareValues(left[index]!, right[index]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareObjects({ entries: left }: RegoObject, { entries: right }: RegoObject): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const order =
      compareValues(left[index]![0], right[index]![0]) || compareValues(left[index]![1], right[index]![1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
