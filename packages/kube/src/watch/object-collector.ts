import { setImmediate } from "node:timers/promises";
import { createByteWriter } from "../json/byte-writer.ts";
import { type StoredForm, writeStoredObject } from "../masks/stored-object.ts";
import type { ListPage } from "../resources/list-page.ts";
import { createNumberList, type NumberList } from "./number-list.ts";
import { writeObjectKey } from "./object-key.ts";

/** A part of some bytes. */
export interface Slice {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Objects in the order of their keys, each key once. */
export interface SortedObjects {
  readonly count: number;
  key(index: number): Slice;
  object(index: number): Slice;
}

/**
 * Gathers the pages of a list in the form in which they are kept. All objects lie in one buffer, their places in lists of
 * numbers: an object of JavaScript for each would cost more than it holds.
 */
export interface ObjectCollector {
  /** bytes gathered so far */
  readonly bytes: number;
  /**
   * Takes the objects of a page; lets other work go on in between.
   * @throws {KubeError} `KUBE_ANSWER_INVALID` for an object without a name
   */
  add(page: ListPage): Promise<void>;
  /** Forgets everything: the list began anew. */
  clear(): void;
  /** All objects; of a key that came twice, the last. */
  sorted(): SortedObjects;
}

/** A millisecond of work, for big objects. */
const objectsAtOnce = 16;

export function createObjectCollector(form: StoredForm): ObjectCollector {
  const objects = createByteWriter({ roomy: true });
  const keys = createByteWriter({ roomy: true });
  const ends = createNumberList();
  const keyEnds = createNumberList();

  return {
    get bytes() {
      return objects.length;
    },
    async add({ body, items }) {
      for (let run = 0; run < items.length; run += 2) {
        writeObjectKey(keys, body, writeStoredObject(objects, body, items[run]!, form));
        keyEnds.push(keys.length);
        ends.push(objects.length);
        if (ends.length % objectsAtOnce === 0) await setImmediate();
      }
    },
    clear() {
      for (const written of [objects, keys]) written.truncate(0);
      for (const list of [ends, keyEnds]) list.clear();
    },
    sorted() {
      const key = sliceReader(keys.view(), keyEnds);
      const object = sliceReader(objects.view(), ends);
      const order = orderOf(ends.length, (left, right) => compareSlices(key(left), key(right)));
      return {
        count: order.length,
        key: (index) => key(order[index]!),
        object: (index) => object(order[index]!),
      };
    },
  };
}

function sliceReader(bytes: Uint8Array, ends: NumberList): (index: number) => Slice {
  return (index) => ({ bytes, start: index === 0 ? 0 : ends.at(index - 1), end: ends.at(index) });
}

/** The indexes from 0 on in the order of what they stand for; of equal ones, the last. */
function orderOf(count: number, compare: (left: number, right: number) => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  // API servers send lists nearly in this order, most of them exactly
  const isSorted = order.every((index) => index === 0 || compare(index - 1, index) < 0);
  if (isSorted) return order;
  order.sort((left, right) => compare(left, right) || left - right);
  return order.filter((index, at) => at + 1 === count || compare(index, order[at + 1]!) !== 0);
}

function compareSlices(left: Slice, right: Slice): number {
  const length = Math.min(left.end - left.start, right.end - right.start);
  for (let at = 0; at < length; at++) {
    const difference = left.bytes[left.start + at]! - right.bytes[right.start + at]!;
    if (difference !== 0) return difference;
  }
  return left.end - left.start - (right.end - right.start);
}
