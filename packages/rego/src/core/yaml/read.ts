import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  visit,
} from "yaml";
import { BuiltinError, RegoError } from "../../errors.ts";
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
  return readNode({ targets: aliasTargets(first), budget, open: new Set() }, first.contents, 0);
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
    if (errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) {
      throw new RegoError("a document of YAML is nested too deep", { code: "REGO_LIMIT" });
    }
    const error = errors[0] ?? warnings.find(({ code }) => code === "BAD_DIRECTIVE");
    if (error !== undefined) throw new BuiltinError(`yaml: ${error.message}`, { cause: error });
    const { explicit = false, version = "1.1" } = directives?.yaml ?? {};
    if (explicit && version !== "1.1") throw new BuiltinError("yaml: found incompatible YAML document");
    if (index > 0 && directives?.docStart !== true)
      throw new BuiltinError("yaml: did not find <document start>");
  }
  if (documents.length === 0 && /^%/m.test(text))
    throw new BuiltinError("yaml: did not find <document start>");
  const lines = text.split(/\r\n?|\n/);
  checkEnds(lines);
  const root = documents[0]?.contents;
  const isPlain = isScalar(root) && root.type === "PLAIN" && root.value !== "";
  if (!isPlain && hasLastTab(lines)) throw new BuiltinError("yaml: found a tab that cannot start any token");
}

/** After the end of a document only the start of the next one may follow. */
function checkEnds(lines: readonly string[]): void {
  let isEnded = false;
  for (const line of lines) {
    if (/^\.\.\.(?:[ \t]|$)/.test(line)) isEnded = true;
    else if (isEnded && !isBlank(line)) {
      if (!/^(?:---|%)/.test(line)) throw new BuiltinError("yaml: did not find expected <document start>");
      isEnded = false;
    }
  }
}

/** Whether one of the blank lines at the end begins with a tab. */
function hasLastTab(lines: readonly string[]): boolean {
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.slice(last + 1).some((line) => /^ *\t/.test(line));
}

function isBlank(line: string): boolean {
  return /^[ \t]*(?:#|$)/.test(line);
}

/** What each alias stands for: the last node before it that has its name. */
function aliasTargets(document: Document): Map<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Alias(_key, alias) {
      const found = anchors.get(alias.source);
      if (found === undefined) throw new BuiltinError(`yaml: unknown anchor '${alias.source}' referenced`);
      targets.set(alias, found);
    },
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

interface Reading {
  readonly targets: ReadonlyMap<Node, Node>;
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

function target({ targets }: Reading, node: Node): Node {
  return targets.get(node) ?? node;
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

/**
 * Keys that are there themselves count more than those that are merged in, earlier merged ones more than later ones.
 * @param isPlain - keys are texts as they are written, and `null` is none
 */
function membersOf(reading: Reading, node: Node, depth: number, isPlain = false): Map<string, RegoValue> {
  if (!isMap(node)) return new Map();
  const { own, merged, hasTextKeys } = keysOf(reading, node.items as YamlMember[], isPlain);
  const members = new Map<string, RegoValue>();
  for (const [key, value] of own) members.set(key, readNode(reading, value, depth + 1));
  for (const each of merged) {
    spend(reading.budget, depth);
    if (reading.open.has(each)) throw new BuiltinError("yaml: an anchor contains itself");
    reading.open.add(each);
    for (const [key, value] of membersOf(reading, each, depth + 1, hasTextKeys)) {
      if (!members.has(key)) members.set(key, value);
    }
    reading.open.delete(each);
  }
  return members;
}

interface YamlMember {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** The last value of each key, and the nodes that are merged in. */
function keysOf(reading: Reading, items: readonly YamlMember[], isPlain: boolean) {
  const own = new Map<string, Node | null>();
  const times = new Set<string>();
  const merged: Node[] = [];
  let hasTextKeys = true;
  for (const { key, value } of items) {
    if (isMergeKey(key)) {
      merged.push(...mergedNodes(reading, value));
      continue;
    }
    const scalar = keyScalar(reading, key);
    if (isPlain && scalar.value === null) continue;
    const text = isPlain ? scalar.source : (keyText(scalar) ?? invalidKey());
    const isTime = scalar.tag === "!!timestamp";
    // OPA lets the last of equal keys count, but for points in time, which it does not tell apart from others in time.
    if (own.has(text) && (isTime || times.has(text)))
      throw new BuiltinError("yaml: mapping key already defined");
    if (isTime) times.add(text);
    hasTextKeys &&= isTime || scalar.tag === "!!str";
    own.set(text, value);
  }
  return { own, merged, hasTextKeys };
}

function keyScalar(reading: Reading, key: Node | null): YamlScalar & { source: string } {
  const node = key === null ? key : target(reading, key);
  return isScalar(node) ? { ...scalarOf(node), source: String(node.value ?? "") } : invalidKey();
}

function invalidKey(): never {
  throw new BuiltinError("yaml: invalid map key");
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
