import { numberOf, objectOf, type RegoValue } from "../../core/value.ts";

/** Data that Go would write as JSON: bytes become base64, integers of any size numbers. */
export type PlainValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** The value of what Go would write as JSON. */
export function regoOf(value: PlainValue): RegoValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return numberOf(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isList(value)) return value.map(regoOf);
  return objectOf(Object.entries(value).map(([key, member]) => [key, regoOf(member)] as const));
}

function isList(value: object): value is readonly PlainValue[] {
  return Array.isArray(value);
}

/** A list as Go writes it: `null` for one that nothing was ever added to. */
export function listOrNull<T extends PlainValue>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}
