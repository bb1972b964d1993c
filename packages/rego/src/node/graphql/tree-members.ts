import { isArray, isNumber, isObject, isSet, type RegoObject, type RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";

// Readers of trees that come as values: what is not there, or `null`, is empty. All throw `BuiltinError`.

/** How the name of a member is found: Go's own reader of JSON takes any case for most of the nodes. */
export type Lookup = (node: RegoObject, name: string) => RegoValue | undefined;

export const anyCase: Lookup = ({ entries }, name) => {
  const folded = name.toLowerCase();
  const found = entries.findLast(([key]) => typeof key === "string" && key.toLowerCase() === folded);
  return found?.[1] ?? undefined;
};

export const exactCase: Lookup = ({ entries }, name) =>
  entries.find(([key]) => key === name)?.[1] ?? undefined;

export function textMember(node: RegoObject, name: string, lookup = anyCase): string {
  const value = lookup(node, name) ?? "";
  if (typeof value !== "string") throw wrong(name, "a string");
  return value;
}

export function flagMember(node: RegoObject, name: string): boolean {
  const value = anyCase(node, name) ?? false;
  if (typeof value !== "boolean") throw wrong(name, "a boolean");
  return value;
}

export function integerMember(node: RegoObject, name: string): number {
  const value = anyCase(node, name);
  if (value === undefined) return 0;
  if (!isNumber(value) || !/^-?\d{1,9}$/.test(value.text)) throw wrong(name, "an integer");
  return Number(value.text);
}

export function listMember<T>(
  node: RegoObject,
  name: string,
  read: (item: RegoObject) => T,
  lookup = anyCase,
): readonly T[] {
  return itemsOf(lookup(node, name), name).map((item) => read(objectOrError(item, name)));
}

export function textsMember(node: RegoObject, name: string): readonly string[] {
  return itemsOf(anyCase(node, name), name).map((item) => {
    if (item !== null && typeof item !== "string") throw wrong(name, "a list of strings");
    return item ?? "";
  });
}

/** An object that may be missing. */
export function optionalMember<T>(
  node: RegoObject,
  name: string,
  read: (member: RegoObject) => T,
): T | undefined {
  const value = anyCase(node, name);
  return value === undefined ? undefined : read(objectOrError(value, name));
}

/** An object that must be there. */
export function requiredMember<T>(node: RegoObject, name: string, read: (member: RegoObject) => T): T {
  const value = optionalMember(node, name, read);
  if (value === undefined) throw wrong(name, "an object");
  return value;
}

export function itemsOf(value: RegoValue | undefined, name: string): readonly RegoValue[] {
  if (value === undefined) return [];
  if (isArray(value)) return value;
  if (isSet(value)) return value.items;
  throw wrong(name, "a list");
}

function objectOrError(value: RegoValue, name: string): RegoObject {
  if (!isObject(value)) throw wrong(name, "an object");
  return value;
}

function wrong(name: string, wanted: string): BuiltinError {
  return new BuiltinError(`GraphQL: ${name} of the tree must be ${wanted}`);
}
