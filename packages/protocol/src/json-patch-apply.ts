import { ProtocolError } from "./errors.ts";
import type { LosslessObject, LosslessValue } from "./json/lossless-value.ts";
import type { PatchOperation } from "./json-patch.ts";

/**
 * Applies a JSON Patch of `add`, `replace` and `remove` operations (RFC 6902). The document is not changed: the result
 * shares with it what the patch leaves alone.
 * @throws {ProtocolError} `PATCH_INAPPLICABLE` when a path names no place in the document
 */
export function applyPatch(document: LosslessValue, operations: readonly PatchOperation[]): LosslessValue {
  return operations.reduce(applyOperation, document);
}

function applyOperation(document: LosslessValue, operation: PatchOperation): LosslessValue {
  const [root, ...tokens] = operation.path.split("/");
  if (root !== "") throw inapplicable(operation);
  return applyAt(document, tokens.map(unescapeToken), operation);
}

function applyAt(value: LosslessValue, tokens: string[], operation: PatchOperation): LosslessValue {
  const [token, ...rest] = tokens;
  if (token === undefined) {
    if (operation.op === "remove") throw inapplicable(operation);
    return operation.value;
  }
  if (value instanceof Map) return applyToObject(value, token, rest, operation);
  if (Array.isArray(value)) return applyToArray(value, token, rest, operation);
  throw inapplicable(operation);
}

function applyToObject(
  object: LosslessObject,
  key: string,
  rest: string[],
  operation: PatchOperation,
): LosslessObject {
  const former = object.get(key);
  const copy = new Map(object);
  if (rest.length === 0 && operation.op === "add") return copy.set(key, operation.value);
  if (former === undefined) throw inapplicable(operation);
  if (rest.length > 0) return copy.set(key, applyAt(former, rest, operation));
  if (operation.op === "remove") copy.delete(key);
  else copy.set(key, operation.value);
  return copy;
}

function applyToArray(
  items: LosslessValue[],
  token: string,
  rest: string[],
  operation: PatchOperation,
): LosslessValue[] {
  const index = indexOf(items, token, operation);
  if (rest.length === 0 && operation.op === "add") return items.toSpliced(index, 0, operation.value);
  const former = items[index];
  if (former === undefined) throw inapplicable(operation);
  if (rest.length > 0) return items.with(index, applyAt(former, rest, operation));
  return operation.op === "remove" ? items.toSpliced(index, 1) : items.with(index, operation.value);
}

function indexOf(items: LosslessValue[], token: string, operation: PatchOperation): number {
  if (token === "-") return items.length;
  const index = /^(0|[1-9]\d*)$/.test(token) ? Number(token) : Number.POSITIVE_INFINITY;
  if (index > items.length) throw inapplicable(operation);
  return index;
}

/** RFC 6901, section 4: `~1` first, so that `~01` becomes `~1`. */
function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

function inapplicable({ op, path }: PatchOperation): ProtocolError {
  return new ProtocolError(`cannot ${op} at "${path}": no such place in the document`, {
    code: "PATCH_INAPPLICABLE",
  });
}
