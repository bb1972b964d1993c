import { BuiltinError } from "../../errors.ts";
import type { BuiltinContext } from "../builtin.ts";
import { type FormatArgument, sprintf } from "../go/printf.ts";
import { escapeQuery } from "../go/query.ts";
import { isGoPrintable } from "../go/quote.ts";
import { compareTemplateValues, equalsAny } from "./comparisons.ts";
import {
  isDictionary,
  isJsonNumber,
  isList,
  isTrue,
  printed,
  sprintValue,
  type TemplateValue,
  textOf,
} from "./values.ts";

type TemplateFunction = (
  values: readonly TemplateValue[],
  limits: Pick<BuiltinContext, "maxResultSize">,
) => TemplateValue;

/** `and` and `or` look at no more operands than they need, so they stand where commands are run. */
const functions: Readonly<Record<string, TemplateFunction>> = {
  not: (values) => !isTrue(only(values)),
  len: (values) => lengthOf(only(values)),
  index: ([item, ...keys]) => keys.reduce(itemAt, something(item)),
  slice: ([item, ...bounds]) => sliceOf(item, bounds),
  print: (values) => sprint(values),
  println: (values) => `${values.map(sprintValue).join(" ")}\n`,
  printf: ([format, ...values], limits) => {
    if (typeof format !== "string") throw new BuiltinError("template: printf needs a format");
    return sprintf(format, values.map(formatArgument), limits);
  },
  html: (values) => escaped(values, /[\0"'&<>]/g, htmlEscape),
  js: (values) => escaped(values, /[\\'"<>&=\0-\x1f\x7f]|[^\0-\x7f]/gu, scriptEscape),
  urlquery: (values) => escapeQuery(sprintPlain(values)),
  eq: ([first, ...others]) => equalsAny(first, others),
  ne: ([first, ...others]) => !equalsAny(first, [only(others)]),
  lt: (values) => compareTemplateValues(values) < 0,
  le: (values) => compareTemplateValues(values) <= 0,
  gt: (values) => compareTemplateValues(values) > 0,
  ge: (values) => compareTemplateValues(values) >= 0,
};

export function isFunctionName(name: string): boolean {
  return name === "and" || name === "or" || name === "call" || Object.hasOwn(functions, name);
}

/** @throws {BuiltinError} for operands that the function cannot use */
export function callFunction(
  name: string,
  values: readonly TemplateValue[],
  limits: Pick<BuiltinContext, "maxResultSize">,
): TemplateValue {
  const called = Object.hasOwn(functions, name) ? functions[name] : undefined;
  const least = name === "slice" || name === "index" || name === "eq" || name === "printf" ? 1 : 0;
  if (called === undefined || values.length < least)
    throw new BuiltinError(`template: wrong call of ${name}`);
  return called(values, limits);
}

function only(values: readonly TemplateValue[]): TemplateValue {
  if (values.length === 1) return values[0];
  throw new BuiltinError("template: wrong number of args");
}

function something(value: TemplateValue): TemplateValue {
  if (value !== undefined && value !== null) return value;
  throw new BuiltinError("template: index of untyped nil");
}

const encoder = new TextEncoder();

function lengthOf(value: TemplateValue): bigint {
  const text = textOf(value);
  if (text !== undefined) return BigInt(encoder.encode(text).length);
  if (isList(value)) return BigInt(value.length);
  if (isDictionary(value)) return BigInt(value.size);
  throw new BuiltinError("template: len of a value that has none");
}

function itemAt(item: TemplateValue, key: TemplateValue): TemplateValue {
  if (isDictionary(item)) {
    if (typeof key === "string") return item.get(key);
    throw new BuiltinError("template: a key must be a string");
  }
  const text = textOf(item);
  const items = isList(item) ? item : text === undefined ? undefined : encoder.encode(text);
  if (items === undefined) throw new BuiltinError("template: can't index item");
  const value = items[boundOf(key, items.length - 1)];
  return typeof value === "number" ? BigInt(value) : value;
}

function boundOf(value: TemplateValue, largest: number): number {
  if (typeof value !== "bigint") throw new BuiltinError("template: cannot index with this type");
  if (value < 0n || value > BigInt(largest)) throw new BuiltinError("template: index out of range");
  return Number(value);
}

function sliceOf(item: TemplateValue, bounds: readonly TemplateValue[]): TemplateValue {
  const isText = typeof item === "string" || isJsonNumber(item);
  const items = isList(item) ? item : isText ? encoder.encode(textOf(item)) : undefined;
  if (items === undefined || bounds.length > (isText ? 2 : 3))
    throw new BuiltinError("template: can't slice item");
  const [start = 0, end = items.length, room = end] = bounds.map((bound) => boundOf(bound, items.length));
  if (start > end || end > room) throw new BuiltinError("template: invalid slice index");
  const part = items.slice(start, end);
  return part instanceof Uint8Array ? new TextDecoder().decode(part) : (part as readonly TemplateValue[]);
}

/** Blanks stand between operands when neither is a text. */
function sprint(values: readonly TemplateValue[]): string {
  return values
    .map((value, index) => {
      const isApart = index > 0 && textOf(value) === undefined && textOf(values[index - 1]) === undefined;
      return (isApart ? " " : "") + sprintValue(value);
    })
    .join("");
}

function sprintPlain(values: readonly TemplateValue[]): string {
  const known = values.map((value) => (value === undefined || value === null ? printed(value) : value));
  return sprint(known);
}

function formatArgument(value: TemplateValue): FormatArgument {
  if (isJsonNumber(value)) return { type: "json.Number", value: value.text };
  switch (typeof value) {
    case "string":
      return { type: "string", value };
    case "bigint":
      return { type: "int", value };
    case "number":
      return { type: "float64", value };
    case "boolean":
      return { type: "bool", value };
    case "undefined":
      return { type: "nil" };
    default:
      return compositeArgument(value);
  }
}

function compositeArgument(value: TemplateValue): FormatArgument {
  if (value === null) return { type: "nil" };
  return { type: isList(value) ? "[]interface {}" : "map[string]interface {}", value: sprintValue(value) };
}

function escaped(
  values: readonly TemplateValue[],
  pattern: RegExp,
  replacement: (character: string) => string,
): string {
  return sprintPlain(values).replaceAll(pattern, replacement);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

function htmlEscape(character: string): string {
  return htmlEscapes[character] ?? character;
}

function scriptEscape(character: string): string {
  if (character === "\\" || character === "'" || character === '"') return `\\${character}`;
  if (character > "\x7f" && isGoPrintable(character)) return character;
  if (character === "\x7f") return character;
  const code = character.codePointAt(0) ?? 0;
  return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
