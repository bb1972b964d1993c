import type { KubernetesObject } from "@kubewarden-ts/api";
import type { Informer, ObjectChange, ObjectName } from "@kubewarden-ts/kube";

/** An informer whose objects are what a test puts into it. */
export interface MemoryInformer<T extends KubernetesObject> extends Informer<T> {
  put(object: T): void;
  remove(object: { readonly metadata: ObjectName }): void;
}

/** @param indexes - by name, as an informer's */
export function memoryInformer<T extends KubernetesObject>(
  indexes: Readonly<Record<string, (object: T) => readonly string[]>> = {},
): MemoryInformer<T> {
  const objects = new Map<string, T>();
  const handlers = new Set<(change: ObjectChange<T>) => void>();
  const keyOf = ({ name, namespace }: ObjectName): string => `${namespace ?? ""}/${name}`;
  const change = (key: string, after: T | undefined): void => {
    const before = objects.get(key);
    if (after === undefined) objects.delete(key);
    else objects.set(key, after);
    for (const handler of handlers) handler({ before, after });
  };
  return {
    synced: true,
    whenSynced: async () => {},
    get: (name) => objects.get(keyOf(name)),
    list: () => [...objects.values()],
    byIndex: (index, key) => [...objects.values()].filter((each) => indexes[index]?.(each).includes(key)),
    onChange(handler) {
      handlers.add(handler);
      for (const after of objects.values()) handler({ after });
      return () => handlers.delete(handler);
    },
    put: (object) => change(keyOf(object.metadata), object),
    remove: ({ metadata }) => change(keyOf(metadata), undefined),
    async [Symbol.asyncDispose]() {},
  };
}
