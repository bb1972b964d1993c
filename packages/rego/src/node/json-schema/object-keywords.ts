import { BuiltinError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-document.ts";
import { canBeSchema, invalidType, type ReadSchema } from "./keyword-members.ts";
import { compilePattern } from "./pattern.ts";
import { isSince, type SchemaNode } from "./schema-node.ts";

/** Keywords that hold schemas for members and items, in the order in which mistakes are told. @throws {BuiltinError} */
export function readObjectKeywords(node: SchemaNode, document: JsonObject, read: ReadSchema): void {
  const given = <T>(keyword: string, use: (value: Json) => T): void => {
    const value = document.get(keyword);
    if (value !== undefined) use(value);
  };
  given("properties", (value) => readProperties(node, value, read));
  given("additionalProperties", (value) => {
    node.additionalProperties = readFurther(value, "additionalProperties", read);
  });
  given("patternProperties", (value) => readPatterns(node, value, read));
  if (isSince(node.draft, 6)) {
    given("propertyNames", (value) => {
      if (!canBeSchema(value)) throw invalidType("Valid Schema", "patternProperties");
      node.propertyNames = read(value);
    });
  }
  given("dependencies", (value) => readDependencies(node, value, read));
  given("items", (value) => readItems(node, value, read));
  given("additionalItems", (value) => {
    node.additionalItems = readFurther(value, "additionalItems", read);
  });
}

function readProperties(node: SchemaNode, value: Json, read: ReadSchema): void {
  if (!isJsonObject(value)) throw new BuiltinError("Properties must be of type object");
  for (const [name, schema] of value) node.properties.set(name, read(schema));
}

/** What holds for all that has no schema of its own. */
function readFurther(value: Json, keyword: string, read: ReadSchema): boolean | SchemaNode {
  if (typeof value === "boolean") return value;
  if (!isJsonObject(value)) throw invalidType("boolean/Valid Schema", keyword);
  return read(value);
}

function readPatterns(node: SchemaNode, value: Json, read: ReadSchema): void {
  if (!isJsonObject(value)) throw invalidType("Valid Schema", "patternProperties");
  for (const [text, schema] of value) {
    const pattern = compilePattern(text);
    if (pattern === undefined) throw new BuiltinError(`Invalid regex pattern '${text}'`);
    node.patternProperties.push({ pattern, schema: read(schema) });
  }
}

function readDependencies(node: SchemaNode, value: Json, read: ReadSchema): void {
  if (!isJsonObject(value)) throw new BuiltinError("dependencies must be of type object");
  for (const [name, dependency] of value) {
    if (Array.isArray(dependency)) readNames(node, name, dependency);
    else if (canBeSchema(dependency)) node.dependencies.set(name, read(dependency));
    else throw wrongDependency();
  }
}

function readNames(node: SchemaNode, name: string, names: readonly Json[]): void {
  const texts = names.filter((item) => typeof item === "string");
  if (texts.length < names.length) throw wrongDependency();
  if (texts.length > 0) node.dependencies.set(name, texts);
}

function wrongDependency(): BuiltinError {
  return new BuiltinError("Dependency must be of type Schema Or Array Of Strings");
}

function readItems(node: SchemaNode, value: Json, read: ReadSchema): void {
  const isForAll = !Array.isArray(value);
  const schemas = Array.isArray(value) ? value : [value];
  if (!schemas.every(canBeSchema)) throw invalidType("Valid Schema/Array Of Schemas", "items");
  node.items = { isForAll, schemas: schemas.map(read) };
}
