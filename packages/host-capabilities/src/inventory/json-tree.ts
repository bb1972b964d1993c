/** Members of a JSON object that is being built: objects of the same kind, or JSON text at the leaves. */
export type JsonTree = Map<string, JsonTree | Uint8Array>;

/** The branch of a path, made where it is missing; `undefined` where a leaf is in the way. */
export function branchAt(tree: JsonTree, path: readonly string[]): JsonTree | undefined {
  let at = tree;
  for (const key of path) {
    let next = at.get(key);
    if (next === undefined) {
      next = new Map();
      at.set(key, next);
    }
    if (!(next instanceof Map)) return undefined;
    at = next;
  }
  return at;
}

/** The tree as compact JSON. */
export function formatTree(tree: JsonTree): Uint8Array {
  const pieces: Uint8Array[] = [];
  appendTree(tree, pieces);
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

const encoder = new TextEncoder();
const open = encoder.encode("{");
const close = encoder.encode("}");

function appendTree(tree: JsonTree, pieces: Uint8Array[]): void {
  pieces.push(open);
  let separator = "";
  for (const [key, value] of tree) {
    pieces.push(encoder.encode(`${separator}${JSON.stringify(key)}:`));
    separator = ",";
    if (value instanceof Map) appendTree(value, pieces);
    else pieces.push(value);
  }
  pieces.push(close);
}
