import { decodeJsonString, hasEscape } from "./text.ts";

/** Keys that a reader looks for, prepared to be compared with bytes. */
export interface KnownKeys<Name extends string> {
  readonly names: readonly Name[];
  readonly encoded: readonly Uint8Array[];
}

/** Prepares keys for {@link keyIndex}. @example const keys = knownKeys(["apiVersion", "kind"]); */
export function knownKeys<Name extends string>(names: readonly Name[]): KnownKeys<Name> {
  const encoder = new TextEncoder();
  return { names, encoded: names.map((name) => encoder.encode(name)) };
}

/** The index of the known key that the bytes between the quotes spell, escapes resolved; -1 for any other key. */
export function keyIndex<Name extends string>(
  keys: KnownKeys<Name>,
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
): number {
  for (let index = 0; index < keys.encoded.length; index++) {
    if (sameBytes(keys.encoded[index]!, bytes, keyStart, keyEnd)) return index;
  }
  if (!hasEscape(bytes, keyStart, keyEnd)) return -1;
  const names: readonly (string | undefined)[] = keys.names;
  return names.indexOf(decodeJsonString(bytes, keyStart, keyEnd));
}

function sameBytes(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    if (bytes[start + index] !== name[index]) return false;
  }
  return true;
}
