import {
  compareCodePoints,
  isLosslessNumber,
  type LosslessValue,
  ProtocolError,
  parseLossless,
} from "@kubewarden-ts/protocol";
import { BuiltinError, RegoError } from "../../errors.ts";
import { isArray, isNumber, isObject, isSet, numberOf, objectOf, type RegoValue } from "../value.ts";

/**
 * Reads JSON as Go does: numbers keep their text, the later of two equal keys counts.
 * @throws {BuiltinError} for what is no JSON
 * @throws {RegoError} `REGO_LIMIT` for more levels than any document may have, and for numbers that no double holds
 */
export function parseGoJson(text: string): RegoValue {
  return regoValueOf(readGoJson(text));
}

/** As {@link parseGoJson}, with objects as maps. */
export function readGoJson(text: string): LosslessValue {
  try {
    return parseLossless(text);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // Go reads these: what it makes of them is not known here, so the evaluation must not go on.
    const isLimit = error.code === "JSON_TOO_DEEP" || isJson(withoutNumbers(text));
    if (isLimit)
      throw new RegoError(`JSON in a string: ${error.message}`, { code: "REGO_LIMIT", cause: error });
    throw new BuiltinError("invalid JSON string", { cause: error });
  }
}

/** JSON is read by anybody when no number in it is too large. */
function withoutNumbers(text: string): string {
  const stringOrNumber = /"(?:[^"\\]|\\.)*"?|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
  return text.replaceAll(stringOrNumber, (token) => (token.startsWith('"') ? token : "null"));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function regoValueOf(value: LosslessValue): RegoValue {
  if (typeof value === "string") return value.toWellFormed();
  if (value === null || typeof value === "boolean") return value;
  if (isLosslessNumber(value)) return numberOf(value.text);
  if (value instanceof Map) {
    return objectOf([...value].map(([key, member]) => [key.toWellFormed(), regoValueOf(member)] as const));
  }
  return value.map(regoValueOf);
}

/**
 * The value as JSON can hold it, as OPA makes it: sets are arrays, keys are texts, of two keys that become the same text
 * the later one counts.
 */
export function jsonValueOf(value: RegoValue): RegoValue {
  if (typeof value !== "object" || value === null || isNumber(value)) return value;
  if (isArray(value)) return value.map(jsonValueOf);
  if (isSet(value)) return value.items.map(jsonValueOf);
  if (!isObject(value)) return null;
  return objectOf(value.entries.map(([key, member]) => [keyText(key), jsonValueOf(member)] as const));
}

function keyText(key: RegoValue): string {
  return typeof key === "string" ? key : formatGoJson(key);
}

/** Writes a value as Go writes JSON: keys in order, sets as arrays, characters that HTML knows escaped. */
export function formatGoJson(value: RegoValue): string {
  if (typeof value === "string") return quoteGoJson(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isNumber(value)) return value.text;
  if (isArray(value)) return `[${value.map(formatGoJson).join(",")}]`;
  if (isSet(value)) return `[${value.items.map(formatGoJson).join(",")}]`;
  if (!isObject(value)) return "null";
  const members = new Map(value.entries.map(([key, member]) => [keyText(key), member]));
  const sorted = [...members].sort(([left], [right]) => compareCodePoints(left, right));
  return `{${sorted.map(([key, member]) => `${quoteGoJson(key)}:${formatGoJson(member)}`).join(",")}}`;
}

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** Writes a text as Go writes it in JSON. */
export function quoteGoJson(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(/[<>&\u2028\u2029]/g, (c) => escapes[c] ?? c);
}
