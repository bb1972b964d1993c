import { COMMA } from "../json/ascii.ts";
import type { Slice } from "./object-collector.ts";
import {
  allocateSnapshot,
  keyAt,
  type ListFrame,
  lowerBound,
  type Snapshot,
  type SnapshotSizes,
} from "./snapshot.ts";

/** What stands under a key now: a part of `bytes`, or nothing any more. */
export interface Change {
  readonly key: string;
  readonly object: Slice | undefined;
}

/** Objects of the old snapshot that stay, from one index up to before another. */
interface Run {
  readonly from: number;
  readonly to: number;
}

type Part = Run | { readonly key: Uint8Array; readonly object: Slice };

const encoder = new TextEncoder();

/**
 * A new snapshot with some objects added, replaced or removed.
 * @param changes - in the order of their keys, each key once
 */
export function mergeSnapshot(old: Snapshot, frame: ListFrame, changes: readonly Change[]): Snapshot {
  const parts = partsOf(old, changes);
  const sizes = sizesOf(old, parts);
  const target = allocateSnapshot(frame, sizes);
  copyParts(old, parts, target, frame.head.length);
  return target;
}

function partsOf(old: Snapshot, changes: readonly Change[]): Part[] {
  const parts: Part[] = [];
  let next = 0;
  for (const { key, object } of changes) {
    const at = lowerBound(old, key);
    if (at > next) parts.push({ from: next, to: at });
    next = at < old.count && keyAt(old, at) === key ? at + 1 : at;
    if (object !== undefined) parts.push({ key: encoder.encode(key), object });
  }
  if (next < old.count) parts.push({ from: next, to: old.count });
  return parts;
}

function sizesOf(old: Snapshot, parts: readonly Part[]): SnapshotSizes {
  const sizes = { count: 0, objectBytes: 0, keyBytes: 0 };
  for (const part of parts) {
    if ("from" in part) {
      sizes.count += part.to - part.from;
      sizes.objectBytes += old.starts[part.to]! - old.starts[part.from]!;
      sizes.keyBytes += keyStart(old, part.to) - keyStart(old, part.from);
    } else {
      sizes.count++;
      sizes.objectBytes += part.object.end - part.object.start + 1;
      sizes.keyBytes += part.key.length;
    }
  }
  return sizes;
}

function keyStart({ keyEnds }: Snapshot, index: number): number {
  return index === 0 ? 0 : keyEnds[index - 1]!;
}

/** Where the next object and the next key go. */
interface Cursor {
  index: number;
  position: number;
  keyPosition: number;
}

function copyParts(old: Snapshot, parts: readonly Part[], target: Snapshot, position: number): void {
  const cursor = { index: 0, position, keyPosition: 0 };
  for (const part of parts) {
    if ("from" in part) copyRun(old, part, target, cursor);
    else copyObject(part, target, cursor);
    if (cursor.index < target.count) target.document[cursor.position - 1] = COMMA;
  }
  target.starts[cursor.index] = cursor.position;
}

function copyRun(old: Snapshot, { from, to }: Run, target: Snapshot, cursor: Cursor): void {
  const start = old.starts[from]!;
  const shift = cursor.position - start;
  target.document.set(old.document.subarray(start, old.starts[to]! - 1), cursor.position);
  const firstKey = keyStart(old, from);
  const keyShift = cursor.keyPosition - firstKey;
  target.keys.set(old.keys.subarray(firstKey, keyStart(old, to)), cursor.keyPosition);
  for (let index = from; index < to; index++) {
    target.starts[cursor.index] = old.starts[index]! + shift;
    target.keyEnds[cursor.index++] = old.keyEnds[index]! + keyShift;
  }
  cursor.position = old.starts[to]! + shift;
  cursor.keyPosition = keyStart(old, to) + keyShift;
}

function copyObject(
  { key, object }: { key: Uint8Array; object: Slice },
  target: Snapshot,
  cursor: Cursor,
): void {
  const { bytes, start, end } = object;
  target.starts[cursor.index] = cursor.position;
  target.document.set(bytes.subarray(start, end), cursor.position);
  target.keys.set(key, cursor.keyPosition);
  cursor.keyPosition += key.length;
  target.keyEnds[cursor.index++] = cursor.keyPosition;
  cursor.position += end - start + 1;
}
