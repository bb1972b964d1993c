import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseAllDocuments,
} from "yaml";
import { BuiltinError } from "../../errors.ts";
import { numberOf, objectOf, type RegoValue } from "../value.ts";
import { spend, spendOnText, type WorkBudget, workBudget } from "../work-budget.ts";
import { forbiddenInYaml } from "./json-reading.ts";
import { keyText, scalarOf, type YamlScalar } from "./scalar.ts";

/**
 * Reads the first document as OPA's `yaml.unmarshal`; the others must be documents too.
 * @throws {BuiltinError} for what is no YAML, and for what JSON cannot hold
 * @throws {RegoError} `REGO_LIMIT`
 */
export function parseYaml(text: string): RegoValue {
  const budget = workBudget("a document of YAML");
  spendOnText(budget, text);
  const content = text.replace(/^\ufeff/, "");
  if (forbiddenInYaml.test(content)) throw new BuiltinError("yaml: control characters are not allowed");
  const documents = documentsOf(content);
  const [first] = documents;
  if (first === undefined || first.contents === null) return null;
  return readNode({ document: first, budget, open: new Set() }, first.contents, 0);
}

/** An alias ends before a colon in go-yaml; here the colon would be part of it. */
const aliasKey = /(\*[A-Za-z0-9_-]+):(?=[ \r\n]|$)/g;

function documentsOf(text: string): readonly Document[] {
  try {
    return checked(text);
  } catch (error) {
    const parted = text.replaceAll(aliasKey, "$1 :");
    if (parted === text) throw error;
    return checked(parted);
  }
}

function checked(text: string): readonly Document[] {
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  checkStream(text, documents);
  return documents;
}

/** What this reader of YAML takes and go-yaml does not. */
function checkStream(text: string, documents: readonly Document[]): void {
  for (const [index, { errors, warnings, directives }] of documents.entries()) {
    const error = errors[0] ?? warnings.find(({ code }) => code === "BAD_DIRECTIVE");
    if (error !== undefined) throw new BuiltinError(`yaml: ${error.message}`, { cause: error });
    const { explicit = false, version = "1.1" } = directives?.yaml ?? {};
    if (explicit && version !== "1.1") throw new BuiltinError("yaml: found incompatible YAML document");
    if (index > 0 && directives?.docStart !== true)
      throw new BuiltinError("yaml: did not find <document start>");
  }
  if (documents.length === 0 && /^%/m.test(text))
    throw new BuiltinError("yaml: did not find <document start>");
  if (bareDocument.test(text)) throw new BuiltinError("yaml: did not find expected <document start>");
  if (/(?:^|\n) *\t[ \t]*\n*$/.test(text))
    throw new BuiltinError("yaml: found a tab that cannot start any token");
}

/** An end of a document that something else than the start of the next one follows. */
const bareDocument =
  /^\.\.\.(?=[ \t\r\n])[^\r\n]*[\r\n]+(?:[ \t]*(?:#.*)?[\r\n]+)*(?!---|%|\.\.\.|[ \t]*(?:#|$))[^\r\n]/m;

interface Reading {
  readonly document: Document;
  readonly budget: WorkBudget;
  /** nodes around the one that is read: an anchor may not contain itself */
  readonly open: Set<Node>;
}

function readNode(reading: Reading, node: ParsedNode | Node | null, depth: number): RegoValue {
  spend(reading.budget, depth);
  if (node === null) return null;
  if (isAlias(node)) return readNode(reading, target(reading, node), depth);
  if (isScalar(node)) return regoValueOf(scalarOf(node));
  if (reading.open.has(node)) throw new BuiltinError("yaml: an anchor contains itself");
  reading.open.add(node);
  const value = isMap(node)
    ? objectOf(membersOf(reading, node, depth))
    : isSeq(node)
      ? node.items.map((item) => readNode(reading, item as Node | null, depth + 1))
      : null;
  reading.open.delete(node);
  return value;
}

function target({ document }: Reading, node: Node): Node {
  const found = isAlias(node) ? node.resolve(document) : node;
  if (found === undefined) throw new BuiltinError("yaml: unknown anchor");
  return found;
}

function regoValueOf(scalar: YamlScalar): RegoValue {
  const { value } = scalar;
  if (typeof value === "bigint") return numberOf(value);
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) throw new BuiltinError("json: unsupported value");
  return numberOf(jsonNumber(value));
}

/** As Go writes a number of 64 bits in JSON. */
function jsonNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const size = Math.abs(value);
  return size !== 0 && size < 1e-6 ? value.toExponential() : String(value);
}

/** Keys that are there themselves count more than those that are merged in, earlier merged ones more than later ones. */
function membersOf(reading: Reading, node: Node, depth: number): Map<string, RegoValue> {
  const own = new Map<string, Node | null>();
  const times = new Set<string>();
  const merged: Node[] = [];
  if (!isMap(node)) return new Map();
  for (const { key, value } of node.items as { key: Node | null; value: Node | null }[]) {
    if (isMergeKey(key)) {
      merged.push(...mergedNodes(reading, value));
      continue;
    }
    const { text, isTime } = keyOf(reading, key);
    // OPA lets the last of equal keys count, but for points in time, which it does not tell apart from others in time.
    if (own.has(text) && (isTime || times.has(text)))
      throw new BuiltinError("yaml: mapping key already defined");
    if (isTime) times.add(text);
    own.set(text, value);
  }
  const members = new Map<string, RegoValue>();
  for (const [key, value] of own) members.set(key, readNode(reading, value, depth + 1));
  for (const each of merged) {
    spend(reading.budget, depth);
    if (reading.open.has(each)) throw new BuiltinError("yaml: an anchor contains itself");
    reading.open.add(each);
    for (const [key, value] of membersOf(reading, each, depth + 1)) {
      if (!members.has(key)) members.set(key, value);
    }
    reading.open.delete(each);
  }
  return members;
}

function isMergeKey(key: Node | null): boolean {
  if (!isScalar(key) || key.value !== "<<") return false;
  return (
    key.tag === "tag:yaml.org,2002:merge" ||
    (key.type === "PLAIN" && (key.tag === undefined || key.tag === "!"))
  );
}

function mergedNodes(reading: Reading, value: Node | null): Node[] {
  const node = value === null ? value : target(reading, value);
  if (isMap(node)) return [node];
  const items = isSeq(node) ? (node.items as (Node | null)[]) : [null];
  return items.map((item) => {
    const found = item === null ? item : target(reading, item);
    if (isMap(found)) return found;
    throw new BuiltinError("yaml: map merge requires map or sequence of maps as the value");
  });
}

function keyOf(reading: Reading, key: Node | null): { text: string; isTime: boolean } {
  const node = key === null ? key : target(reading, key);
  const scalar = isScalar(node) ? scalarOf(node) : undefined;
  const text = scalar && keyText(scalar);
  if (text === undefined) throw new BuiltinError("yaml: invalid map key");
  return { text, isTime: scalar?.tag === "!!timestamp" };
}
