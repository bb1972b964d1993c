import { compareCodePoints } from "./json/code-point-order.ts";
import {
  type LosslessObject,
  type LosslessValue,
  losslessEquals,
  stringifyLossless,
} from "./json/lossless-value.ts";

/** One operation of a JSON Patch (RFC 6902), of the three kinds that `diff` makes. `path` is a JSON Pointer. */
export type PatchOperation =
  | { op: "add" | "replace"; path: string; value: LosslessValue }
  | { op: "remove"; path: string };

/**
 * The JSON Patch that turns `base` into `target` (policy-runtime 2.6). Members go in order of their keys, additions
 * and replacements first, removals after them; array items are compared by index, surplus ones removed at the first
 * surplus index again and again.
 * @returns no operation at all when both are equal by `losslessEquals`
 */
export function diff(base: LosslessValue, target: LosslessValue): PatchOperation[] {
  const operations: PatchOperation[] = [];
  collect(operations, "", base, target);
  return operations;
}

/** Writes a patch as compact JSON, keys of each operation in the order `op`, `path`, `value`. */
export function formatPatch(operations: readonly PatchOperation[]): string {
  return `[${operations.map(formatOperation).join(",")}]`;
}

function formatOperation(operation: PatchOperation): string {
  const head = `{"op":"${operation.op}","path":${JSON.stringify(operation.path)}`;
  return operation.op === "remove" ? `${head}}` : `${head},"value":${stringifyLossless(operation.value)}}`;
}

function collect(
  operations: PatchOperation[],
  path: string,
  base: LosslessValue,
  target: LosslessValue,
): void {
  if (base instanceof Map && target instanceof Map) collectMembers(operations, path, base, target);
  else if (Array.isArray(base) && Array.isArray(target)) collectItems(operations, path, base, target);
  else if (!losslessEquals(base, target)) operations.push({ op: "replace", path, value: target });
}

function collectMembers(
  operations: PatchOperation[],
  path: string,
  base: LosslessObject,
  target: LosslessObject,
): void {
  for (const [key, value] of [...target].sort(byKey)) {
    const former = base.get(key);
    const memberPath = `${path}/${escapeToken(key)}`;
    if (former === undefined) operations.push({ op: "add", path: memberPath, value });
    else collect(operations, memberPath, former, value);
  }
  for (const key of [...base.keys()].sort(compareCodePoints)) {
    if (!target.has(key)) operations.push({ op: "remove", path: `${path}/${escapeToken(key)}` });
  }
}

function collectItems(
  operations: PatchOperation[],
  path: string,
  base: LosslessValue[],
  target: LosslessValue[],
): void {
  const common = Math.min(base.length, target.length);
  for (let index = 0; index < common; index++) {
    collect(operations, `${path}/${index}`, base[index]!, target[index]!);
  }
  for (let surplus = common; surplus < base.length; surplus++) {
    operations.push({ op: "remove", path: `${path}/${common}` });
  }
  for (let index = common; index < target.length; index++) {
    operations.push({ op: "add", path: `${path}/${index}`, value: target[index]! });
  }
}

function byKey([left]: [string, LosslessValue], [right]: [string, LosslessValue]): number {
  return compareCodePoints(left, right);
}

/** RFC 6901, section 3. */
function escapeToken(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
