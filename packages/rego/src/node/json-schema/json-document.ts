import { isLosslessNumber, type LosslessValue } from "@kubewarden-ts/protocol";
import { formatGoJson, readGoJson } from "../../core/go/json.ts";
import { isArray, isNumber, isObject, isSet, type RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";

/** JSON whose numbers keep their text. */
export type Json = LosslessValue;
export type JsonObject = Map<string, LosslessValue>;

/**
 * The document that an operand stands for: JSON in a string, or a value.
 * @throws {BuiltinError}; {RegoError} `REGO_LIMIT` for JSON that is too deep
 */
export function documentOf(operand: RegoValue | undefined): Json {
  if (typeof operand === "string") return readGoJson(operand);
  if (operand !== undefined && (isArray(operand) || isObject(operand))) return jsonOf(operand);
  throw new BuiltinError("wrong type, expected string or object");
}

/** Sets become arrays, and keys that are no strings their JSON. */
function jsonOf(value: RegoValue): Json {
  if (typeof value !== "object" || value === null) return value;
  if (isNumber(value)) return { text: value.text };
  if (isArray(value)) return value.map(jsonOf);
  if (isSet(value)) return value.items.map(jsonOf);
  if (!isObject(value)) return null;
  return new Map(
    value.entries.map(([key, member]) => [typeof key === "string" ? key : formatGoJson(key), jsonOf(member)]),
  );
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/**
 * The text by which values are compared: numbers as 64-bit floats.
 * @throws {BuiltinError} for numbers that are larger
 */
export function canonicalText(value: Json): string {
  return formatGoJson(canonical(value));
}

function canonical(value: Json): RegoValue {
  if (isLosslessNumber(value)) return { kind: "number", text: floatText(value.text) };
  if (Array.isArray(value)) return value.map(canonical);
  if (!(value instanceof Map)) return value;
  return { kind: "object", entries: [...value].map(([key, member]) => [key, canonical(member)] as const) };
}

function floatText(text: string): string {
  const number = Number(text);
  if (!Number.isFinite(number)) throw new BuiltinError(`the number ${text} is out of range`);
  return Object.is(number, -0) ? "-0" : String(number);
}
