import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { readCombinations } from "./combinations.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-document.ts";
import { canBeSchema, invalidType, type ReadSchema, textMember } from "./keyword-members.ts";
import { readObjectKeywords } from "./object-keywords.ts";
import { type Draft, emptyNode, isSince, type JsonType, jsonTypes, type SchemaNode } from "./schema-node.ts";
import { declaredDraft, findDocument, type SchemaPool, schemaPool } from "./schema-pool.ts";
import { referenceOf } from "./schema-reference.ts";
import { readValueKeywords } from "./value-keywords.ts";

/** What reading a schema goes along with. */
export interface Compilation {
  readonly pool: SchemaPool;
  /** Schemas that references led to, by the references. */
  readonly referenced: Map<string, SchemaNode>;
  readonly depth: number;
}

/**
 * Reads a schema, with all it refers to.
 * @throws {BuiltinError} for what is no schema; {RegoError} `REGO_LIMIT`
 */
export function compileSchema(document: Json, budget: WorkBudget): SchemaNode {
  const pool = schemaPool(document, budget);
  const draft = declaredDraft(document) ?? "hybrid";
  const node = emptyNode(draft);
  fill(node, document, { pool, referenced: new Map(), depth: 0 });
  return node;
}

function fill(node: SchemaNode, document: Json, compilation: Compilation): void {
  spend(compilation.pool.budget, compilation.depth);
  if (typeof document === "boolean" && isSince(node.draft, 6)) {
    node.pass = document;
    return;
  }
  if (!isJsonObject(document)) throw new BuiltinError("Expected: Valid Schema, given: Invalid JSON");
  const inner = { ...compilation, depth: compilation.depth + 1 };
  const read: ReadSchema = (schema) => {
    const made = emptyNode(node.draft);
    fill(made, schema, inner);
    return made;
  };
  const id = textMember(document, idKeyword(document, node.draft));
  if (id !== undefined) referenceOf(id);
  readDefinitions(document.get("definitions"), read);
  textMember(document, "title");
  textMember(document, "description");
  if (followReference(node, document, inner)) return;
  readTypes(node, document.get("type"));
  readObjectKeywords(node, document, read);
  readValueKeywords(node, document, read);
  readCombinations(node, document, read);
}

/** Draft 6 renamed `id`. */
function idKeyword(document: JsonObject, draft: Draft): string {
  return draft === 4 || (draft === "hybrid" && document.has("id")) ? "id" : "$id";
}

/** They are read for their mistakes: references find them on their own. */
function readDefinitions(value: Json | undefined, read: ReadSchema): void {
  if (value === undefined) return;
  if (!isJsonObject(value)) throw invalidType("Array Of Schemas", "definitions");
  for (const schema of value.values()) {
    if (!canBeSchema(schema)) throw invalidType("Array Of Schemas", "definitions");
    read(schema);
  }
}

/** @returns whether the schema is all read: what stands beside the first use of a reference does not count */
function followReference(node: SchemaNode, document: JsonObject, compilation: Compilation): boolean {
  const written = textMember(document, "$ref");
  if (written === undefined) return false;
  const resolved = compilation.pool.references.get(document) ?? written;
  spend(compilation.pool.budget, 0, resolved.length);
  const reference = referenceOf(resolved);
  const known = compilation.referenced.get(reference.text);
  if (known !== undefined) {
    node.reference = known;
    return false;
  }
  const { document: target, draft } = findTarget(compilation, reference.text, node.draft);
  const made = emptyNode(draft);
  compilation.referenced.set(reference.text, made);
  if (!canBeSchema(target)) throw new BuiltinError("Valid Schema must be of type object");
  fill(made, target, compilation);
  node.reference = made;
  return true;
}

function findTarget(
  { pool }: Compilation,
  reference: string,
  draft: Draft,
): { document: Json; draft: Draft } {
  const found = findDocument(pool, referenceOf(reference));
  return { document: found.document, draft: found.draft ?? draft };
}

function readTypes(node: SchemaNode, value: Json | undefined): void {
  if (value === undefined) return;
  const names = typeof value === "string" ? [value] : value;
  if (!Array.isArray(names)) throw invalidType("type", "string/Array Of Strings");
  for (const name of names) {
    if (typeof name !== "string") throw invalidType("type", "string/Array Of Strings");
    addType(node.types, name);
  }
}

function addType(types: JsonType[], name: string): void {
  const type = jsonTypes.find((known) => known === name);
  if (type === undefined) {
    throw new BuiltinError(
      `has a primitive type that is NOT VALID -- given: /${name}/ Expected valid values are:[${jsonTypes.join(" ")}]`,
    );
  }
  if (types.includes(type)) throw new BuiltinError(`${type} type is duplicated`);
  types.push(type);
}
