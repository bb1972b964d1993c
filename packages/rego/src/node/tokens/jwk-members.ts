import { memberOf } from "../../core/operands.ts";
import type { RegoObject } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import { decodeGoBase64 } from "../go/base64.ts";

// Readers of the members of a JSON Web Key. All throw `BuiltinError`, for what the Go library that OPA uses refuses.

export function malformed(problem: string): BuiltinError {
  return new BuiltinError(`failed to parse a JWK key (set): ${problem}`);
}

/** A name as it is written there, which may be in other letters. */
export function keyName(value: RegoObject, name: string): string {
  if (memberOf(value, name) !== undefined) return name;
  const others = value.entries.map(([key]) => key).filter((key) => typeof key === "string");
  return others.find((key) => key.toLowerCase() === name) ?? name;
}

/** A text; `null` counts as an empty one. */
export function textMember(value: RegoObject, name: string): string | undefined {
  const member = memberOf(value, name);
  if (member === undefined || typeof member === "string") return member;
  if (member !== null) throw malformed(`${name} must be a string`);
  return "";
}

/** Bytes in any form of base64. */
export function bytesMember(value: RegoObject, name: string): Uint8Array | undefined {
  const text = textMember(value, name);
  if (text === undefined) return undefined;
  const form = `${text.endsWith("=") ? "" : "Raw"}${/[+/]/.test(text) ? "Std" : "URL"}` as const;
  const bytes = decodeGoBase64(text, form);
  if (bytes === undefined) throw malformed(`${name} is not base64`);
  return bytes;
}

export function requiredBytes(value: RegoObject, name: string): Uint8Array {
  const bytes = bytesMember(value, name);
  if (bytes === undefined || bytes.length === 0) throw malformed(`required field ${name} is missing`);
  return bytes;
}
