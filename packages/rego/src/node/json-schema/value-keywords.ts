import { BuiltinError } from "../../errors.ts";
import { canonicalText, type Json, type JsonObject } from "./json-document.ts";
import { invalidType, listMember, numberText, type ReadSchema, textMember } from "./keyword-members.ts";
import { compilePattern } from "./pattern.ts";
import { isSince, type SchemaNode } from "./schema-node.ts";
import { type SchemaNumber, schemaNumber } from "./schema-number.ts";

/** Keywords about values, in the order in which mistakes are told. @throws {BuiltinError} */
export function readValueKeywords(node: SchemaNode, document: JsonObject, read: ReadSchema): void {
  readMultiple(node, document.get("multipleOf"));
  readBound(node, document, "minimum");
  readBound(node, document, "maximum");
  readSizes(node, document, "Length");
  readPattern(node, textMember(document, "pattern"));
  const format = textMember(document, "format");
  if (format !== undefined) node.format = format;
  readSizes(node, document, "Properties");
  node.required = readRequired(document);
  readSizes(node, document, "Items");
  readUnique(node, document.get("uniqueItems"));
  const contains = document.get("contains");
  if (contains !== undefined && isSince(node.draft, 6)) node.contains = read(contains);
  const constant = document.get("const");
  if (constant !== undefined && isSince(node.draft, 6)) node.constant = canonicalText(constant);
  readEnumeration(node, document);
}

function numberMember(value: Json): SchemaNumber | undefined {
  const text = numberText(value);
  return text === undefined ? undefined : schemaNumber(text);
}

function readMultiple(node: SchemaNode, value: Json | undefined): void {
  if (value === undefined) return;
  const multiple = numberMember(value);
  if (multiple === undefined) throw invalidType("Number", "multipleOf");
  if (multiple.digits <= 0n) throw new BuiltinError("multipleOf must be strictly greater than 0");
  node.multipleOf = multiple;
}

const exclusives = { minimum: "exclusiveMinimum", maximum: "exclusiveMaximum" } as const;

/** Draft 4 says with a boolean that a bound is exclusive, later drafts have a bound of its own. */
function readBound(node: SchemaNode, document: JsonObject, keyword: "minimum" | "maximum"): void {
  const value = document.get(keyword);
  const bound = value === undefined ? undefined : numberMember(value);
  if (value !== undefined && bound === undefined) throw new BuiltinError(`${keyword} must be of a Number`);
  if (bound !== undefined) node[keyword] = bound;
  const exclusive = exclusives[keyword];
  const other = document.get(exclusive);
  if (other === undefined) return;
  const number = numberMember(other);
  if (typeof other === "boolean" && !(node.draft === 6 || node.draft === 7)) {
    if (bound === undefined) throw new BuiltinError(`${exclusive} cannot be used without ${keyword}`);
    if (!other) return;
    node[exclusive] = bound;
    delete node[keyword];
  } else if (number !== undefined && node.draft !== 4) {
    node[exclusive] = number;
  } else {
    throw invalidType(exclusiveTypes(node), exclusive);
  }
}

function exclusiveTypes({ draft }: SchemaNode): string {
  if (draft === "hybrid") return "boolean/number";
  return draft === 4 ? "boolean" : "number";
}

/** `minLength` and `maxLength`, or those of another kind. */
function readSizes(node: SchemaNode, document: JsonObject, kind: "Length" | "Properties" | "Items"): void {
  const minimum = sizeMember(document, `min${kind}`);
  if (minimum !== undefined) node[`min${kind}`] = minimum;
  const maximum = sizeMember(document, `max${kind}`);
  if (maximum !== undefined) node[`max${kind}`] = maximum;
  if (kind !== "Items" && minimum !== undefined && maximum !== undefined && minimum > maximum) {
    throw new BuiltinError(`min${kind} cannot be greater than max${kind}`);
  }
}

function sizeMember(document: JsonObject, keyword: string): number | undefined {
  const value = document.get(keyword);
  if (value === undefined) return undefined;
  const text = numberText(value) ?? "";
  const isInteger = /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  if (!isInteger) throw new BuiltinError(`${keyword} must be of an integer`);
  if (Number(text) < 0) throw new BuiltinError(`${keyword} must be greater than or equal to 0`);
  return Number(text);
}

function readPattern(node: SchemaNode, text: string | undefined): void {
  if (text === undefined) return;
  const pattern = compilePattern(text);
  if (pattern === undefined) throw new BuiltinError("pattern must be a valid regex");
  node.pattern = pattern;
}

function readRequired(document: JsonObject): readonly string[] {
  const names = new Set<string>();
  for (const name of listMember(document, "required") ?? []) {
    if (typeof name !== "string") throw invalidType("string", "required");
    if (names.has(name)) throw new BuiltinError("required items must be unique");
    names.add(name);
  }
  return [...names];
}

function readUnique(node: SchemaNode, value: Json | undefined): void {
  if (value === undefined) return;
  if (typeof value !== "boolean") throw new BuiltinError("uniqueItems must be of a boolean");
  node.uniqueItems = value;
}

/** An empty list allows nothing. */
function readEnumeration(node: SchemaNode, document: JsonObject): void {
  const values = listMember(document, "enum");
  if (values === undefined) return;
  const texts = new Set<string>();
  for (const value of values) {
    const text = canonicalText(value);
    if (texts.has(text)) throw new BuiltinError("enum items must be unique");
    texts.add(text);
  }
  node.enumeration = { texts, joined: [...texts].join(", ") };
}
