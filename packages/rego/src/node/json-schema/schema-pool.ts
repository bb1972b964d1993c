import { spend, type WorkBudget } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-document.ts";
import { metaSchema } from "./meta-schemas.ts";
import type { Draft } from "./schema-node.ts";
import {
  isCanonical,
  lookUp,
  parseReference,
  referenceOf,
  resolveReference,
  type SchemaReference,
  withoutFragment,
} from "./schema-reference.ts";

export interface PoolDocument {
  readonly document: Json;
  /** As `$schema` says; `undefined` when it does not. */
  readonly draft: Draft | undefined;
}

/** The documents that references may lead to: by their ids, and none that would have to be fetched. */
export interface SchemaPool {
  readonly documents: Map<string, PoolDocument>;
  /** What `$ref` of an object stands for, inside of the ids around it. */
  readonly references: Map<JsonObject, string>;
  readonly budget: WorkBudget;
}

/** @throws {BuiltinError} for ids that stand twice; {RegoError} `REGO_LIMIT` */
export function schemaPool(root: Json, budget: WorkBudget): SchemaPool {
  const pool: SchemaPool = { documents: new Map(), references: new Map(), budget };
  addDocument(pool, root, referenceOf(""));
  return pool;
}

function addDocument(pool: SchemaPool, document: Json, reference: SchemaReference): void {
  const draft = declaredDraft(document);
  collect(pool, document, { base: reference, draft, depth: 0 });
  pool.documents.set(reference.text, { document, draft });
}

const drafts: Readonly<Record<string, Draft>> = {
  "http://json-schema.org/draft-04/schema": 4,
  "http://json-schema.org/draft-06/schema": 6,
  "http://json-schema.org/draft-07/schema": 7,
};

/** The draft that a schema says it follows. @throws {BuiltinError} when it is no schema at all */
export function declaredDraft(document: Json): Draft | undefined {
  if (typeof document === "boolean") return undefined;
  if (!isJsonObject(document)) throw new BuiltinError("schema is invalid");
  const name = document.get("$schema");
  if (name === undefined) return undefined;
  if (typeof name !== "string") throw new BuiltinError("$schema must be of type string");
  return drafts[referenceOf(name).text];
}

interface Scope {
  readonly base: SchemaReference;
  readonly draft: Draft | undefined;
  readonly depth: number;
}

/** Members that hold values, and members that hold schemas by names of their own. */
const literal = ["const", "enum"];
const named = ["properties", "dependencies", "patternProperties"];

/** Finds ids and references, wherever they stand. */
function collect(pool: SchemaPool, node: Json, scope: Scope): void {
  spend(pool.budget, scope.depth);
  const inner = { ...scope, depth: scope.depth + 1 };
  if (Array.isArray(node)) {
    for (const item of node) collect(pool, item, inner);
  }
  if (!isJsonObject(node)) return;
  const base = addId(pool, node, scope);
  const reference = node.get("$ref");
  const resolved = typeof reference === "string" ? resolve(pool, base, reference) : undefined;
  if (resolved !== undefined) pool.references.set(node, resolved.text);
  for (const [key, member] of node) {
    if (literal.includes(key)) continue;
    const schemas = named.includes(key) && isJsonObject(member) ? [...member.values()] : [member];
    for (const schema of schemas) collect(pool, schema, { ...inner, base });
  }
}

function resolve({ budget }: SchemaPool, base: SchemaReference, text: string): SchemaReference | undefined {
  // A step for each character: all of it is read, decoded and written again.
  spend(budget, 0, base.text.length + text.length);
  return resolveReference(base, text);
}

/** The base for everything inside of an object. */
function addId(pool: SchemaPool, node: JsonObject, { base, draft }: Scope): SchemaReference {
  const id = node.get(node.has("id") ? "id" : "$id");
  const reference = typeof id === "string" && parseReference(id) ? resolve(pool, base, id) : undefined;
  if (reference === undefined) return base;
  if (pool.documents.has(reference.text)) {
    throw new BuiltinError(`Reference already exists: "${reference.text}"`);
  }
  pool.documents.set(reference.text, { document: node, draft });
  return reference;
}

/**
 * The document, or the part of one, that a reference leads to.
 * @throws {BuiltinError} when there is none here: nothing is ever fetched
 */
export function findDocument(pool: SchemaPool, reference: SchemaReference): PoolDocument {
  const known = pool.documents.get(reference.text);
  if (known !== undefined) return known;
  const whole = withoutFragment(reference);
  const around = pool.documents.get(whole.text);
  if (around !== undefined) {
    const found = { document: lookUp(around.document, reference), draft: around.draft };
    pool.documents.set(reference.text, found);
    return found;
  }
  if (!isCanonical(reference)) throw new BuiltinError(`Reference ${reference.text} must be canonical`);
  const draft = drafts[whole.text];
  if (draft === undefined) {
    throw new BuiltinError(`remote reference loading disabled: ${reference.text}`);
  }
  const document = metaSchema(draft);
  addDocument(pool, document, whole);
  return { document: lookUp(document, reference), draft };
}
