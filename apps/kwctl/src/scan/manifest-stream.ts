import { errorText } from "@kubewarden-ts/base";
import type { LosslessValue } from "@kubewarden-ts/protocol";
import { type Document, isMap, isScalar, isSeq, LineCounter, type Pair } from "yaml";
import { composeDocuments } from "./compose-documents.ts";
import { ManifestNodeError, readManifestNode, type ValueBudget } from "./manifest-node.ts";

/** A place in a text; both count from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A way into a value: names of members, indices of items. */
export type FieldPath = readonly (string | number)[];

/** One document of a stream. */
export interface ManifestDocument {
  readonly value: LosslessValue;
  /** Of the field, or of the innermost part of the path that is there. `matched` counts the parts that are. */
  readonly locate: (path: FieldPath) => Position & { readonly matched: number };
  /** The template it was rendered from, where Helm names it. */
  readonly source: string | undefined;
}

/** Why there is no reading a document, or what follows it. */
export interface ManifestFault extends Position {
  readonly message: string;
}

export type ManifestEntry =
  | ({ readonly kind: "document" } & ManifestDocument)
  | ({ readonly kind: "fault" } & ManifestFault);

/**
 * Reads a stream of YAML documents; JSON is YAML too. Empty documents are left out. Messages hold no excerpt of the text: it
 * may be secret.
 */
export function readManifestStream(text: string): ManifestEntry[] {
  const lines = new LineCounter();
  const budget = { used: 0 };
  try {
    return composeDocuments(text, lines).flatMap((document) => readDocument(document, { lines, budget }));
  } catch (error) {
    return [faultOf(error, 0, lines)];
  }
}

function readDocument(
  document: Document.Parsed,
  { lines, budget }: { readonly lines: LineCounter; readonly budget: ValueBudget },
): ManifestEntry[] {
  const [error] = document.errors;
  if (error !== undefined) return [faultAt(lines, error.pos[0], error.message)];
  try {
    const value = readManifestNode(document.contents, budget);
    return value === null ? [] : [{ kind: "document", value, ...placed(document, lines) }];
  } catch (error) {
    return [faultOf(error, document.range[0], lines)];
  }
}

function faultOf(error: unknown, offset: number, lines: LineCounter): ManifestEntry {
  const known = error instanceof ManifestNodeError ? error.offset : undefined;
  return faultAt(lines, known ?? offset, errorText(error));
}

function placed(document: Document.Parsed, lines: LineCounter): Pick<ManifestDocument, "locate" | "source"> {
  const comments = `${document.commentBefore ?? ""}\n${document.contents?.commentBefore ?? ""}`;
  return {
    source: /^ ?Source: (\S+)$/m.exec(comments)?.[1],
    locate(path) {
      const found = innermost(document.contents, path);
      return { ...positionAt(lines, found.offset ?? document.range[0]), matched: found.matched };
    },
  };
}

/** Follows a path as far as it leads; a member is found where its key stands. */
function innermost(root: unknown, path: FieldPath): { offset: number | undefined; matched: number } {
  let node = root;
  let offset = offsetOf(root);
  for (const [index, part] of path.entries()) {
    const step = stepInto(node, part);
    if (step === undefined) return { offset, matched: index };
    node = step.node;
    offset = step.offset ?? offset;
  }
  return { offset, matched: path.length };
}

function stepInto(
  node: unknown,
  part: string | number,
): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = typeof part === "number" ? node.items[part] : undefined;
    return item === undefined ? undefined : { node: item, offset: offsetOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pairs = node.items as Pair<unknown, unknown>[];
  const pair = pairs.find(({ key }) => isScalar(key) && key.value === String(part));
  return pair && { node: pair.value, offset: offsetOf(pair.key) };
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}

function faultAt(lines: LineCounter, offset: number, message: string): ManifestEntry {
  return { kind: "fault", message, ...positionAt(lines, offset) };
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
