import type { Clock, SharedStamp } from "@kubewarden-ts/base";
import type { ResourceReference } from "../resources/api-resource.ts";
import { buildSnapshot } from "./build-snapshot.ts";
import { mergeSnapshot } from "./merge-snapshot.ts";
import { createNamespaceLists } from "./namespace-lists.ts";
import type { Slice, SortedObjects } from "./object-collector.ts";
import { compareKeys, splitKey } from "./object-key.ts";
import {
  emptySnapshot,
  keyAt,
  listFrame,
  lowerBound,
  objectAt,
  type Snapshot,
  sameSnapshot,
  snapshotBytes,
} from "./snapshot.ts";

/** A complete List document, and which state of the data it shows. */
export interface ListDocument {
  /** JSON in shared memory: worker threads read it without a copy; nobody may write to it */
  readonly document: Uint8Array<SharedArrayBuffer>;
  /** grows with every change of the data; no two states of any store have the same */
  readonly version: number;
  /** number of items */
  readonly count: number;
}

/** A list as its readers get it. */
export interface CurrentList extends ListDocument {
  /** valid as long as the list is what the cluster holds; absent when that is not known from one moment to the next */
  readonly stamp: SharedStamp | undefined;
}

/** One object of a list. */
export interface ListedObject {
  /** `""` for cluster-wide kinds */
  readonly namespace: string;
  readonly name: string;
  /** compact JSON; a view into the document */
  readonly object: Uint8Array;
}

/** The objects of one list, kept as bytes. */
export interface ObjectStore {
  /** bytes that the store takes */
  readonly bytes: number;
  /** Takes the result of a whole list in place of everything; where it says the same, nothing changes. */
  replaceAll(objects: SortedObjects): void;
  clear(): void;
  put(key: string, object: Slice): void;
  remove(key: string): void;
  /** All objects, or those of one namespace; the same document until they change. */
  list(namespace?: string): ListDocument;
  /** The objects of `list()` one by one, in its order; later changes do not show. */
  inventory(): { readonly version: number; readonly objects: Iterable<ListedObject> };
  /** Whether the data changed at or after an instant of the clock. */
  changedSince(instantMs: number): boolean;
  /** Whether there are changes that `list` does not show yet. */
  readonly isBehind: boolean;
}

/** An entry of a map, roughly, beside the bytes of its object. */
const overheadBytes = 300;

/** Below this, every change shows at once, and changes are gathered in any case. */
const smallBytes = 1024 * 1024;
/**
 * What may be copied of a list that changes and is read all the time: 100 MB in a second, whatever its size. A list of
 * 10 MB therefore shows a change up to 0.1 s after it came.
 */
const copiedBytesPerMs = 100_000;

/**
 * Makes an empty store. Changes are kept aside until somebody reads, then merged into a new document: a store that is
 * not read costs no copying.
 * @param options.nextVersion - gives versions to all stores of the process
 * @param options.onChange - called when data change, before anybody can read them
 */
export function createObjectStore(
  reference: ResourceReference,
  {
    clock,
    nextVersion,
    onChange = () => {},
  }: { clock: Clock; nextVersion: () => number; onChange?: () => void },
): ObjectStore {
  const frame = listFrame(reference);
  const pending = new Map<string, Slice | undefined>();
  const changedNamespaces = new Set<string>();
  const namespaceLists = createNamespaceLists(frame);
  let snapshot = emptySnapshot(frame);
  let version = nextVersion();
  let madeAtMs = clock.now();
  let changedAtMs = madeAtMs;
  let pendingBytes = 0;

  function change(key: string, object: Slice | undefined): void {
    pendingBytes += (object === undefined ? 0 : object.end - object.start) + overheadBytes;
    pending.set(key, object);
    onChange();
    changedNamespaces.add(splitKey(key).namespace);
    changedAtMs = clock.now();
    if (pendingBytes > Math.max(smallBytes, snapshot.document.length / 4)) merge();
  }

  function merge(): void {
    if (pending.size === 0) return;
    const changes = [...pending].map(([key, object]) => ({ key, object }));
    changes.sort((left, right) => compareKeys(left.key, right.key));
    namespaceLists.forget(changedNamespaces);
    show(mergeSnapshot(snapshot, frame, changes));
  }

  function mergeWhenDue(): void {
    const { length } = snapshot.document;
    const pauseMs = length < smallBytes ? 0 : length / copiedBytesPerMs;
    if (clock.now() >= madeAtMs + pauseMs) merge();
  }

  function show(next: Snapshot): void {
    snapshot = next;
    version = nextVersion();
    madeAtMs = clock.now();
    pending.clear();
    pendingBytes = 0;
    changedNamespaces.clear();
  }

  function replace(next: Snapshot): void {
    merge();
    if (sameSnapshot(next, snapshot)) return;
    namespaceLists.clear();
    changedAtMs = clock.now();
    onChange();
    show(next);
  }

  return {
    get bytes() {
      return snapshotBytes(snapshot) + pendingBytes + namespaceLists.bytes;
    },
    replaceAll: (objects) => replace(buildSnapshot(frame, objects)),
    clear: () => replace(emptySnapshot(frame)),
    put: change,
    remove(key) {
      const isThere = pending.has(key) ? pending.get(key) !== undefined : isIn(snapshot, key);
      if (isThere) change(key, undefined);
    },
    list(namespace) {
      if (namespace === undefined || changedNamespaces.has(namespace)) mergeWhenDue();
      if (namespace !== undefined) return namespaceLists.get(namespace, snapshot, version);
      return { document: snapshot.document, count: snapshot.count, version };
    },
    inventory() {
      mergeWhenDue();
      return { version, objects: objectsOf(snapshot) };
    },
    changedSince: (instantMs) => changedAtMs >= instantMs,
    get isBehind() {
      return pending.size > 0;
    },
  };
}

function objectsOf(snapshot: Snapshot): Iterable<ListedObject> {
  return {
    *[Symbol.iterator]() {
      for (let index = 0; index < snapshot.count; index++) {
        yield { ...splitKey(keyAt(snapshot, index)), object: objectAt(snapshot, index) };
      }
    },
  };
}

function isIn(snapshot: Snapshot, key: string): boolean {
  const at = lowerBound(snapshot, key);
  return at < snapshot.count && keyAt(snapshot, at) === key;
}
