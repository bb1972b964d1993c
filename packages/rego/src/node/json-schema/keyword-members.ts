import { isLosslessNumber } from "@kubewarden-ts/protocol";
import { BuiltinError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-document.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Reads a schema inside of another one. */
export type ReadSchema = (document: Json) => SchemaNode;

/** @throws {BuiltinError} when it is no string */
export function textMember(document: JsonObject, keyword: string): string | undefined {
  const value = document.get(keyword);
  if (value !== undefined && typeof value !== "string") throw invalidType("string", keyword);
  return value;
}

export function invalidType(expected: string, given: string): BuiltinError {
  return new BuiltinError(`Invalid type. Expected: ${expected}, given: ${given}`);
}

/** Whether a value can be a schema in a place where Go looks before it reads. */
export function canBeSchema(value: Json): boolean {
  return typeof value === "boolean" || isJsonObject(value);
}

/** @throws {BuiltinError} when it is no array */
export function listMember(document: JsonObject, keyword: string): readonly Json[] | undefined {
  const value = document.get(keyword);
  if (value !== undefined && !Array.isArray(value)) {
    throw new BuiltinError(`${keyword} must be of an array`);
  }
  return value;
}

/** The text of a number. */
export function numberText(value: Json): string | undefined {
  return isLosslessNumber(value) ? value.text : undefined;
}
