import { COMMA } from "../json/ascii.ts";
import type { SortedObjects } from "./object-collector.ts";
import { allocateSnapshot, type ListFrame, type Snapshot } from "./snapshot.ts";

/** The snapshot of a whole list. */
export function buildSnapshot(frame: ListFrame, objects: SortedObjects): Snapshot {
  const snapshot = allocateSnapshot(frame, sizesOf(objects));
  let position = frame.head.length;
  let keyPosition = 0;
  for (let index = 0; index < objects.count; index++) {
    if (index > 0) snapshot.document[position - 1] = COMMA;
    const object = objects.object(index);
    snapshot.starts[index] = position;
    snapshot.document.set(object.bytes.subarray(object.start, object.end), position);
    position += object.end - object.start + 1;
    const key = objects.key(index);
    snapshot.keys.set(key.bytes.subarray(key.start, key.end), keyPosition);
    keyPosition += key.end - key.start;
    snapshot.keyEnds[index] = keyPosition;
  }
  snapshot.starts[objects.count] = position;
  return snapshot;
}

function sizesOf({ count, key, object }: SortedObjects): {
  count: number;
  objectBytes: number;
  keyBytes: number;
} {
  const sizes = { count, objectBytes: 0, keyBytes: 0 };
  for (let index = 0; index < count; index++) {
    const [itsObject, itsKey] = [object(index), key(index)];
    sizes.objectBytes += itsObject.end - itsObject.start + 1;
    sizes.keyBytes += itsKey.end - itsKey.start;
  }
  return sizes;
}
