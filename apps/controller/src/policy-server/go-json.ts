import { isRawNumber } from "@kubewarden-ts/kube";

/** A struct of Go: members in the order in which it names them. */
export type GoStruct = ReadonlyMap<string, unknown>;

/** @param fields - in their order; those that are `undefined` are left out, as by `omitempty` */
export function goStruct(fields: Readonly<Record<string, unknown>>): GoStruct {
  return new Map(Object.entries(fields));
}

/**
 * Compact JSON, byte for byte as Go writes it (controller.md 3.3, 12.1): the members of an object, a map in Go, sorted by
 * the bytes of their names, those of a {@link GoStruct} in their order; `<`, `>`, `&` and the two line separators as
 * escapes. Numbers keep the text that they had in the answer of the API server.
 * @example goJson({ b: 1, a: "<" }) // {"a":"\u003c","b":1}
 */
export function goJson(value: unknown): string {
  if (typeof value === "string") return goString(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (value instanceof Map) return members([...value]);
  if (typeof value !== "object" || value === null || isRawNumber(value)) return JSON.stringify(value);
  return members(Object.entries(value).toSorted(byName));
}

function members(entries: readonly [string, unknown][]): string {
  const written = entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${goString(name)}:${goJson(value)}`);
  return `{${written.join(",")}}`;
}

function goString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Go compares bytes of UTF-8, JavaScript units of UTF-16: they differ beyond U+FFFF. */
function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
