import { compareKeys, namespaceBounds } from "./object-key.ts";

/**
 * All objects of a store at one moment. The objects lie inside the complete List document, once; the rest is an index
 * of about 40 bytes an object. Never changed: readers may keep it.
 */
export interface Snapshot {
  /** `{"apiVersion":…,"kind":"…List","metadata":{},"items":[…]}` in shared memory */
  readonly document: Uint8Array<SharedArrayBuffer>;
  readonly count: number;
  /** where each object starts in the document; one more than objects: the last is after the last object's comma */
  readonly starts: Uint32Array;
  /** the keys of all objects, one after the other */
  readonly keys: Uint8Array;
  /** where each key ends in `keys` */
  readonly keyEnds: Uint32Array;
  /** as big as the document, never written to: see {@link allocateSnapshot} */
  readonly ballast: ArrayBuffer | undefined;
}

/** The beginning and the end of a List document. */
export interface ListFrame {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

const encoder = new TextEncoder();

/** The frame of lists of a kind. */
export function listFrame({ apiVersion, kind }: { apiVersion: string; kind: string }): ListFrame {
  const names = `"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(`${kind}List`)}`;
  return { head: encoder.encode(`{${names},"metadata":{},"items":[`), tail: encoder.encode("]}") };
}

/** What a snapshot has room for. */
export interface SnapshotSizes {
  count: number;
  /** with a comma for each object */
  objectBytes: number;
  keyBytes: number;
}

/** Smaller buffers come from memory that was used before, where a ballast would not be free. */
const minBallastBytes = 128 * 1024;

/**
 * A snapshot whose frame is written, and nothing else yet. The garbage collector does not count shared memory: old
 * documents would pile up to gigabytes before it looks. It does count the ballast, which dies with the snapshot and, as
 * nobody writes to it, takes no memory of the system.
 */
export function allocateSnapshot(
  { head, tail }: ListFrame,
  { count, objectBytes, keyBytes }: SnapshotSizes,
): Snapshot {
  const items = Math.max(0, objectBytes - 1); // no comma after the last
  const document = new Uint8Array(new SharedArrayBuffer(head.length + items + tail.length));
  document.set(head);
  document.set(tail, head.length + items);
  return {
    document,
    count,
    starts: new Uint32Array(count + 1),
    keys: new Uint8Array(keyBytes),
    keyEnds: new Uint32Array(count),
    ballast: document.length < minBallastBytes ? undefined : new ArrayBuffer(document.length),
  };
}

/** A snapshot without objects. */
export function emptySnapshot(frame: ListFrame): Snapshot {
  const empty = allocateSnapshot(frame, { count: 0, objectBytes: 0, keyBytes: 0 });
  empty.starts[0] = frame.head.length;
  return empty;
}

/** Bytes that a snapshot takes. */
export function snapshotBytes({ document, starts, keys, keyEnds }: Snapshot): number {
  return document.byteLength + starts.byteLength + keys.byteLength + keyEnds.byteLength;
}

/** The key of an object by its index. */
export function keyAt({ keys, keyEnds }: Snapshot, index: number): string {
  const start = index === 0 ? 0 : keyEnds[index - 1]!;
  return Buffer.from(keys.buffer, keys.byteOffset + start, keyEnds[index]! - start).toString("utf8");
}

/** The bytes of an object by its index; a view into the document. */
export function objectAt({ document, starts }: Snapshot, index: number): Uint8Array {
  return document.subarray(starts[index]!, starts[index + 1]! - 1);
}

/** The index of the first object whose key is not before `key`. */
export function lowerBound(snapshot: Snapshot, key: string): number {
  let low = 0;
  let high = snapshot.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keyAt(snapshot, middle), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A List document with the objects of one namespace. */
export function namespaceDocument(
  snapshot: Snapshot,
  frame: ListFrame,
  namespace: string,
): { document: Uint8Array<SharedArrayBuffer>; count: number } {
  const { from, before } = namespaceBounds(namespace);
  const [first, last] = [lowerBound(snapshot, from), lowerBound(snapshot, before)];
  const items =
    first === last
      ? new Uint8Array(0)
      : snapshot.document.subarray(snapshot.starts[first]!, snapshot.starts[last]! - 1);
  const document = new Uint8Array(
    new SharedArrayBuffer(frame.head.length + items.length + frame.tail.length),
  );
  document.set(frame.head);
  document.set(items, frame.head.length);
  document.set(frame.tail, frame.head.length + items.length);
  return { document, count: last - first };
}

/** Whether two snapshots hold the same bytes. */
export function sameSnapshot(left: Snapshot, right: Snapshot): boolean {
  return left.count === right.count && Buffer.compare(left.document, right.document) === 0;
}
