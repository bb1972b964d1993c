import { BuiltinError } from "../../errors.ts";
import { formatGoFloat } from "../go/format-float.ts";
import { isArray, isNumber, isObject, type RegoNumber, type RegoValue } from "../value.ts";

/**
 * A value in a template: what the variables hold, with numbers as texts (`json.Number`), and what constants and functions give:
 * whole numbers, and those of 64 bits. `undefined` is what is not there.
 */
export type TemplateValue =
  | undefined
  | null
  | boolean
  | string
  | bigint
  | number
  | RegoNumber
  | readonly TemplateValue[]
  | ReadonlyMap<string, TemplateValue>;

/** The value of what JSON can hold. */
export function templateValueOf(value: RegoValue): TemplateValue {
  if (value === null || typeof value !== "object" || isNumber(value)) return value;
  if (isArray(value)) return value.map(templateValueOf);
  if (isObject(value)) {
    return new Map(value.entries.map(([key, member]) => [String(key), templateValueOf(member)]));
  }
  throw new BuiltinError("template: a set is no value of JSON");
}

export function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
export function isDictionary(value: TemplateValue): value is ReadonlyMap<string, TemplateValue> {
  return value instanceof Map;
}
export function isJsonNumber(value: TemplateValue): value is RegoNumber {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** The text of a text, a number of JSON included: it is a text to Go. */
export function textOf(value: TemplateValue): string | undefined {
  return typeof value === "string" ? value : isJsonNumber(value) ? value.text : undefined;
}

export function isTrue(value: TemplateValue): boolean {
  if (isList(value)) return value.length > 0;
  if (isDictionary(value)) return value.size > 0;
  const text = textOf(value);
  return text === undefined ? Boolean(value) : text !== "";
}

/** A value inside of a list or a dictionary, as `fmt.Sprint` writes it. */
export function sprintValue(value: TemplateValue): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value === undefined || value === null) return "<nil>";
  if (typeof value === "number") return formatGoFloat(value, "g");
  if (isList(value)) return `[${value.map(sprintValue).join(" ")}]`;
  if (isDictionary(value)) {
    return `map[${[...value].map(([key, member]) => `${key}:${sprintValue(member)}`).join(" ")}]`;
  }
  return String(value);
}

/** As a template writes it. */
export function printed(value: TemplateValue): string {
  return value === undefined || value === null ? "<no value>" : sprintValue(value);
}
