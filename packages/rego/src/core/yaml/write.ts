import { type BuiltinContext, checkSize } from "../builtin.ts";
import { formatGoFloat } from "../go/format-float.ts";
import { isArray, isNumber, isObject, type RegoObject, type RegoValue } from "../value.ts";
import { compareYamlKeys } from "./key-order.ts";
import { resolveScalar } from "./resolve.ts";
import { doubleQuoted, hasLineBreak, scalarStyle } from "./scalar-style.ts";

type Limits = Pick<BuiltinContext, "maxResultSize">;

/**
 * Writes a value that JSON can hold as OPA's `yaml.marshal`: blocks, two blanks for each level, keys in the order of go-yaml.
 * @throws {RegoError} `REGO_LIMIT`
 */
export function formatYaml(value: RegoValue, limits: Limits): string {
  const writer: Writer = { parts: [], size: 0, limits };
  writeNode(writer, value, 0);
  return writer.parts.join("");
}

interface Writer {
  readonly parts: string[];
  size: number;
  readonly limits: Limits;
}

function put(writer: Writer, text: string): void {
  writer.size += text.length;
  checkSize(writer.size, writer.limits);
  writer.parts.push(text);
}

const step = 2;

/** A value behind a hyphen, a question mark, or at the start: its first line goes on there. */
function writeNode(writer: Writer, value: RegoValue, indent: number): void {
  const nested = nestedOf(value);
  if (nested === undefined) {
    const text = scalarText(value, indent);
    // Where a literal text ends with another separator than a line feed, that ends the line.
    const isEnded = text.startsWith("|") && /[\u2028\u2029]$/.test(String(value));
    return put(writer, isEnded ? text : `${text}\n`);
  }
  if (isArray(nested)) writeItems(writer, nested, indent);
  else writeMembers(writer, nested, indent);
}

/** A collection that takes lines of its own. */
function nestedOf(value: RegoValue): readonly RegoValue[] | RegoObject | undefined {
  if (value === null || typeof value !== "object" || isNumber(value)) return undefined;
  if (isArray(value)) return value.length > 0 ? value : undefined;
  return isObject(value) && value.entries.length > 0 ? value : undefined;
}

function writeItems(writer: Writer, items: readonly RegoValue[], indent: number): void {
  for (const [index, item] of items.entries()) {
    put(writer, `${index > 0 ? " ".repeat(indent) : ""}- `);
    writeNode(writer, item, indent + step);
  }
}

function writeMembers(writer: Writer, { entries }: RegoObject, indent: number): void {
  const keyed = entries.map(([key, value]) => ({
    key: String(key),
    characters: Array.from(String(key)),
    value,
  }));
  keyed.sort((left, right) => compareYamlKeys(left.characters, right.characters));
  for (const [index, { key, value }] of keyed.entries()) {
    if (index > 0) put(writer, " ".repeat(indent));
    if (isSimpleKey(key)) writeSimpleMember(writer, key, value, indent);
    else {
      put(writer, "? ");
      writeNode(writer, key, indent + step);
      put(writer, `${" ".repeat(indent)}: `);
      writeNode(writer, value, indent + step);
    }
  }
}

const maxSimpleKeyBytes = 128;

function isSimpleKey(key: string): boolean {
  return !hasLineBreak(key) && new TextEncoder().encode(key).length <= maxSimpleKeyBytes;
}

function writeSimpleMember(writer: Writer, key: string, value: RegoValue, indent: number): void {
  put(writer, `${textScalar(key, indent, true)}:`);
  const isNested = nestedOf(value) !== undefined;
  put(writer, isNested ? `\n${" ".repeat(indent + step)}` : " ");
  writeNode(writer, value, indent + step);
}

/** @param indent - of the lines of a literal text */
function scalarText(value: RegoValue, indent: number): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return textScalar(value, indent, false);
  if (isNumber(value)) return numberText(value.text);
  return isArray(value) ? "[]" : "{}";
}

/** Numbers are read as YAML first: those that no double holds are texts. */
function numberText(text: string): string {
  const resolved = resolveScalar(text);
  if (resolved.tag !== "!!float") return resolved.tag === "!!int" ? String(resolved.value) : text;
  return formatGoFloat(resolved.value, "g");
}

function textScalar(text: string, indent: number, isKey: boolean): string {
  switch (scalarStyle(text, isKey)) {
    case "plain":
      return text;
    case "single":
      return singleQuoted(text, indent);
    case "double":
      return doubleQuoted(text);
    case "literal":
      return literal(text, Math.max(indent, step));
  }
}

/** Separators of lines and paragraphs end lines too. */
function singleQuoted(text: string, indent: number): string {
  const lines = text.replaceAll(
    /([\u2028\u2029]+)(?!$|[\u2028\u2029])/g,
    `$1${" ".repeat(Math.max(indent, step))}`,
  );
  return `'${lines.replaceAll("'", "''")}'`;
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n\u2028\u2029]/.test(text) ? step : "";
  const chomp = !/[\n\u2028\u2029]$/.test(text) ? "-" : /^.$|[\n\u2028\u2029].$/su.test(text) ? "+" : "";
  const lines = text.replaceAll(/(?<=^|[\n\u2028\u2029])(?=[^\n\u2028\u2029])/g, " ".repeat(indent));
  return `|${hint}${chomp}\n${lines.replace(/\n$/, "")}`;
}
