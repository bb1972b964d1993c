import type { LosslessObject, LosslessValue } from "@kubewarden-ts/protocol";
import { isAlias, isMap, isScalar, isSeq, type Pair, Scalar, type YAMLMap } from "yaml";
import { readPlainScalar } from "./plain-scalar.ts";

/** Values of a file, those behind aliases counted each time they are used. */
const maxValues = 1_000_000;
/** Far more than manifests have; what follows calls itself for each level. */
export const maxDepth = 200;

/** Something in a document that is not to be guessed at. */
export class ManifestNodeError extends Error {
  override readonly name = "ManifestNodeError";
  /** Where it stands in the text. */
  readonly offset: number | undefined;
  constructor(message: string, offset: number | undefined) {
    super(message);
    this.offset = offset;
  }
}

/** Counts the values of a file, of all its documents together. */
export interface ValueBudget {
  used: number;
}

interface Reader {
  readonly anchors: Map<
    string,
    { readonly value: LosslessValue; readonly values: number; readonly depth: number }
  >;
  readonly budget: ValueBudget;
}

/**
 * Turns the nodes of one document, composed without a schema, into JSON: scalars as `kubectl` reads them, aliases and merge
 * keys replaced.
 * @throws {ManifestNodeError} for keys that stand twice, unknown tags, and documents without measure
 */
export function readManifestNode(node: unknown, budget: ValueBudget): LosslessValue {
  return readNode({ anchors: new Map(), budget }, node, 0).value;
}

interface Read {
  readonly value: LosslessValue;
  /** Levels of lists and mappings within the value. */
  readonly depth: number;
}

function readNode(reader: Reader, node: unknown, level: number): Read {
  if (isAlias(node)) {
    // An anchor is known once its value is complete: nothing can hold itself.
    const target = reader.anchors.get(node.source);
    if (target === undefined) throw fault(node, `no value before it is called *${node.source}`);
    spend(reader, target.values, node);
    checkDepth(level + target.depth, node);
    return target;
  }
  const before = reader.budget.used;
  spend(reader, 1, node);
  checkDepth(level, node);
  const read = readContent(reader, node, level);
  if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
    reader.anchors.set(node.anchor, { ...read, values: reader.budget.used - before });
  }
  return read;
}

function readContent(reader: Reader, node: unknown, level: number): Read {
  if (isScalar(node)) return { value: readScalar(node), depth: 0 };
  if (isMap(node)) return readMapping(reader, node, level);
  if (!isSeq(node)) return { value: null, depth: 0 };
  checkTag(node, "seq");
  const items = node.items.map((item) => readNode(reader, item, level + 1));
  return { value: items.map(({ value }) => value), depth: depthOf(items) };
}

function readMapping(reader: Reader, node: YAMLMap, level: number): Read {
  checkTag(node, "map");
  const members: LosslessObject = new Map();
  const merged: Read[] = [];
  const own: Read[] = [];
  for (const { key, value } of node.items as Pair<unknown, unknown>[]) {
    if (isMergeKey(key)) {
      merged.push(readNode(reader, value, level + 1));
      continue;
    }
    const name = readKey(key, node);
    if (members.has(name)) throw fault(key, `the key ${JSON.stringify(name)} stands twice in one mapping`);
    const read = readNode(reader, value, level + 1);
    own.push(read);
    members.set(name, read.value);
  }
  for (const { value } of merged) merge(members, value, node);
  return { value: members, depth: depthOf([...own, ...merged]) };
}

/** What stands in the mapping itself wins, then what is merged first. */
function merge(members: LosslessObject, value: LosslessValue, node: unknown): void {
  for (const source of Array.isArray(value) ? value : [value]) {
    if (!(source instanceof Map)) throw fault(node, "the merge key << takes mappings");
    for (const [key, member] of source) if (!members.has(key)) members.set(key, member);
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === "<<" && key.type === Scalar.PLAIN && key.tag === undefined;
}

function readKey(key: unknown, mapping: unknown): string {
  const value = isScalar(key) ? readScalar(key) : undefined;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (value !== null && typeof value === "object" && "text" in value) return value.text;
  throw fault(key ?? mapping, "expected a key that is a text, a number or a boolean");
}

const tagPrefix = "tag:yaml.org,2002:";

function readScalar(node: Scalar): LosslessValue {
  const text = typeof node.value === "string" ? node.value : "";
  if (node.tag === undefined || node.tag === "!") {
    const isPlain = node.type === undefined || node.type === Scalar.PLAIN;
    return isPlain && node.tag === undefined ? plainScalar(node, text) : text;
  }
  switch (node.tag) {
    case `${tagPrefix}str`:
      return text;
    case `${tagPrefix}bool`:
    case `${tagPrefix}int`:
    case `${tagPrefix}float`:
    case `${tagPrefix}null`:
      return plainScalar(node, text);
    default:
      throw fault(node, `the tag ${node.tag.replace(tagPrefix, "!!")} has no meaning here`);
  }
}

function plainScalar(node: Scalar, text: string): LosslessValue {
  try {
    return readPlainScalar(text);
  } catch (error) {
    throw fault(node, error instanceof Error ? error.message : String(error));
  }
}

function checkTag(node: { readonly tag?: string }, own: "map" | "seq"): void {
  if (node.tag === undefined || node.tag === tagPrefix + own) return;
  throw fault(node, `the tag ${node.tag.replace(tagPrefix, "!!")} has no meaning here`);
}

function spend({ budget }: Reader, values: number, node: unknown): void {
  budget.used += values;
  if (budget.used > maxValues) throw fault(node, `more than ${maxValues} values, aliases replaced`);
}

function checkDepth(level: number, node: unknown): void {
  if (level > maxDepth) throw fault(node, tooDeep);
}

/** Also what a text is told whose nesting is too much for the parser. */
export const tooDeep = `values nested more than ${maxDepth} deep`;

function depthOf(inner: readonly Read[]): number {
  return inner.reduce((deepest, { depth }) => Math.max(deepest, depth), 0) + 1;
}

function fault(node: unknown, message: string): ManifestNodeError {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return new ManifestNodeError(message, range?.[0]);
}
