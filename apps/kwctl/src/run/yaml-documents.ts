import type { SettingsValue } from "@kubewarden-ts/policy-evaluation";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from "yaml";

/** Nodes of a file, those behind aliases counted each time they are used. */
const maxNodes = 100_000;
const maxDepth = 500;

/**
 * Reads YAML 1.2 (JSON is YAML too). Whole numbers are `bigint`, all others `number`: `1` and `1.0` stay different.
 * @returns one value per document, empty documents left out
 * @throws {Error} saying what is wrong and where
 */
export function readYamlDocuments(text: string): SettingsValue[] {
  const lineCounter = new LineCounter();
  // Excerpts of the text do not belong into messages: it may hold what is secret.
  const options = { version: "1.2", intAsBigInt: true, prettyErrors: false, lineCounter } as const;
  let nodes = 0;
  return [...parseAllDocuments(text, options)].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      throw new Error(`${error.message} at line ${line} column ${col}`);
    }
    const read = (node: unknown, depth: number): SettingsValue => {
      if (++nodes > maxNodes) throw new Error(`more than ${maxNodes} values`);
      // A value that holds itself through an alias is without end.
      if (depth > maxDepth) throw new Error(`values nested more than ${maxDepth} deep`);
      if (isAlias(node)) return read(node.resolve(document), depth + 1);
      if (isMap(node)) return readMap(node, (value) => read(value, depth + 1));
      if (isSeq(node)) return node.items.map((item) => read(item, depth + 1));
      return isScalar(node) ? readScalar(node) : null;
    };
    const value = read(document.contents, 0);
    return value === null ? [] : [value];
  });
}

function readMap({ items }: YAMLMap, read: (node: unknown) => SettingsValue): SettingsValue {
  const members = items.map(({ key, value }): [string, SettingsValue] => {
    if (!isScalar(key)) throw new Error("expected keys that are strings, received a collection");
    return [typeof key.value === "string" ? key.value : (key.source ?? String(key.value)), read(value)];
  });
  return Object.fromEntries(members);
}

function readScalar({ value, source }: Scalar): SettingsValue {
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) throw new Error(`expected a finite number, received ${source}`);
      return value;
    case "string":
    case "boolean":
    case "bigint":
      return value;
    default:
      return null;
  }
}
