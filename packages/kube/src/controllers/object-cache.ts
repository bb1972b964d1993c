import type { KubernetesObject } from "@kubewarden-ts/api";
import type { ObjectName } from "../objects/object-client.ts";

/** From an object to the keys under which an index has it. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Objects by their names, and by what indexes say. */
export interface ObjectCache<T> {
  readonly size: number;
  get(key: string): T | undefined;
  values(): readonly T[];
  keys(): readonly string[];
  byIndex(index: string, key: string): readonly T[];
  /** @returns the object that was there */
  set(key: string, object: T): T | undefined;
  /** @returns the object that was there */
  remove(key: string): T | undefined;
}

/** What tells objects of a kind apart: `namespace/name`, or `/name` of a cluster-wide one. */
export function cacheKey({ namespace = "", name }: ObjectName): string {
  return `${namespace}/${name}`;
}

export function createObjectCache<T extends KubernetesObject>(
  functions: Readonly<Record<string, IndexFunction<T>>> = {},
): ObjectCache<T> {
  const objects = new Map<string, T>();
  const indexes = Object.entries(functions).map(([name, keysOf]) => createIndex(name, keysOf));

  function remove(key: string): T | undefined {
    const object = objects.get(key);
    if (object === undefined) return undefined;
    objects.delete(key);
    for (const index of indexes) index.remove(key, object);
    return object;
  }

  return {
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    values: () => [...objects.values()],
    keys: () => [...objects.keys()],
    byIndex(name, key) {
      const index = indexes.find((each) => each.name === name);
      if (index === undefined) throw new Error(`there is no index "${name}"`);
      return index.members(key).map((member) => objects.get(member)!);
    },
    set(key, object) {
      const before = remove(key);
      objects.set(key, object);
      for (const index of indexes) index.add(key, object);
      return before;
    },
    remove,
  };
}

function createIndex<T>(name: string, keysOf: IndexFunction<T>) {
  const members = new Map<string, Set<string>>();
  return {
    name,
    members: (indexKey: string): readonly string[] => [...(members.get(indexKey) ?? [])],
    add(key: string, object: T): void {
      for (const indexKey of keysOf(object)) {
        const found = members.get(indexKey);
        if (found === undefined) members.set(indexKey, new Set([key]));
        else found.add(key);
      }
    },
    remove(key: string, object: T): void {
      for (const indexKey of keysOf(object)) {
        const found = members.get(indexKey);
        found?.delete(key);
        if (found?.size === 0) members.delete(indexKey);
      }
    },
  };
}
