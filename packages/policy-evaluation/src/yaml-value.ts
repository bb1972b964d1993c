import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/** A YAML value. Whole numbers are `bigint`, all others `number`: `1` and `1.0` stay different. */
export type YamlValue = null | boolean | string | bigint | number | YamlValue[] | YamlMap;
export type YamlMap = Map<string, YamlValue>;

export type ReadYaml =
  /** `value` is `undefined` for an empty document; what `problems` tell of is left out of it, or null. */
  | { kind: "value"; value: YamlValue | undefined; problems: YamlProblem[] }
  /** Not YAML, or not one document. */
  | { kind: "syntax"; problem: string };

/** Something that stands in the document and cannot be kept. */
export interface YamlProblem {
  readonly path: YamlPath;
  readonly text: string;
}
export type YamlPath = readonly (string | number)[];

/** Nodes a document may have once its aliases are replaced. */
const MAX_EXPANDED_NODES = 1_000_000;

/**
 * Reads one document of YAML 1.2, core schema; JSON is such a document. Aliases are replaced, a merge key (`<<`) is a
 * key like any other. Keys of the outermost map are texts as they are written, keys below must be strings.
 */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    intAsBigInt: true,
    // Found below, each with its path, and faster in big maps.
    uniqueKeys: false,
    // Excerpts of the text do not belong into messages: it may hold what is secret.
    prettyErrors: false,
    lineCounter: lines,
  });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    return { kind: "syntax", problem: faultText(fault, lines) };
  }
  if (document.contents === null) return { kind: "value", value: undefined, problems: [] };
  const reader: Reader = { anchors: new Map(), problems: [], nodes: 0 };
  const value = readNode(reader, document.contents, []);
  return { kind: "value", value, problems: reader.problems };
}

function faultText({ code, message, pos }: YAMLError, lines: LineCounter): string {
  if (code === "MULTIPLE_DOCS") {
    return "deserializing from YAML containing more than one document is not supported";
  }
  const { line, col } = lines.linePos(pos[0]);
  return `${message} at line ${line} column ${col}`;
}

interface Reader {
  readonly anchors: Map<string, { value: YamlValue; nodes: number }>;
  readonly problems: YamlProblem[];
  /** Read so far, those behind aliases counted each time. */
  nodes: number;
}

function readNode(reader: Reader, node: unknown, path: YamlPath): YamlValue {
  if (isAlias(node)) return readAlias(reader, node, path);
  const before = reader.nodes++;
  const value = readContent(reader, node, path);
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) reader.anchors.set(anchor, { value, nodes: reader.nodes - before });
  return value;
}

function readContent(reader: Reader, node: unknown, path: YamlPath): YamlValue {
  if (isMap(node)) return readMap(reader, node, path);
  if (isSeq(node)) return readList(reader, node, path);
  return isScalar(node) ? readScalar(reader, node, path) : null;
}

/** Refers to what stands before it; a value that holds itself is not complete when its alias is met. */
function readAlias(reader: Reader, { source }: Alias, path: YamlPath): YamlValue {
  const target = reader.anchors.get(source);
  if (target === undefined)
    return refuse(reader, path, `expected the name of an anchor, received *${source}`);
  reader.nodes += target.nodes;
  if (reader.nodes <= MAX_EXPANDED_NODES) return target.value;
  return refuse(reader, path, `expected at most ${MAX_EXPANDED_NODES} values, received more through aliases`);
}

function readMap(reader: Reader, { items }: YAMLMap, path: YamlPath): YamlMap {
  const map: YamlMap = new Map();
  for (const { key, value } of items as Pair<unknown, unknown>[]) {
    const name = readKey(key, path);
    if (name === undefined) {
      refuse(reader, path, `expected keys that are strings, received ${describe(key)}`);
      continue;
    }
    const inner = [...path, name];
    if (map.has(name)) refuse(reader, inner, "expected one value, received a second one for the same key");
    map.set(name, readNode(reader, value, inner));
  }
  return map;
}

function readKey(key: unknown, path: YamlPath): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === "string") return key.value;
  return path.length === 0 ? key.source : undefined;
}

function readList(reader: Reader, { items }: YAMLSeq, path: YamlPath): YamlValue[] {
  return items.map((item, index) => readNode(reader, item, [...path, index]));
}

function readScalar(reader: Reader, { value, source }: Scalar, path: YamlPath): YamlValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
    case "number":
      if (Number.isFinite(Number(value))) return value;
      return refuse(
        reader,
        path,
        `expected a finite number, received ${(source ?? "").slice(0, maxShownNumber)}`,
      );
    default:
      return null;
  }
}

const maxShownNumber = 30;

function refuse({ problems }: Reader, path: YamlPath, text: string): null {
  problems.push({ path, text });
  return null;
}

function describe(key: unknown): string {
  return isScalar(key) ? String(key.source ?? key.value) : "a collection";
}
