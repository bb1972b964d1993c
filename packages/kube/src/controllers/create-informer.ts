import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { type Clock, errorText, type Logger, pause, systemClock } from "@kubewarden-ts/base";
import { abortable } from "../abortable.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { KubeError } from "../errors.ts";
import { collectionPath } from "../resources/api-resource.ts";
import { followList } from "./follow-list.ts";
import type { Informer, ObjectChange } from "./informer.ts";
import { cacheKey, createObjectCache, type IndexFunction } from "./object-cache.ts";
import type { ListedItem } from "./read-item.ts";

export interface InformerOptions<T> {
  /** of a namespaced kind: only there; all namespaces without */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** for {@link Informer.byIndex} */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** for who needs no more: neither asks the API server for, nor keeps, anything but `metadata` */
  readonly metadataOnly?: boolean;
  /** What of an object is kept, to save memory; `managedFields` never are. */
  readonly keep?: (object: T) => T;
  readonly log: Logger;
  readonly clock?: Clock;
  /** from 0 to 1 */
  readonly random?: () => number;
  /** how often handlers are called for all objects, in milliseconds; 10 h unless told (controller.md 6.3) */
  readonly resyncMs?: number;
}

const tenHoursMs = 10 * 60 * 60 * 1000;

/**
 * Starts to list and to watch. It never gives up: whatever the API server says, it is asked again, with pauses of up to
 * half a minute, and the copy stays what it was. An object that does not fit its schema is logged, and what was known of
 * it before stays.
 * @example await using pods = createInformer(client, podType, { namespace: "kubewarden", log });
 */
export function createInformer<T extends KubernetesObject>(
  client: KubeClient,
  type: ResourceType<T>,
  options: InformerOptions<T>,
): Informer<T> {
  const { log, clock = systemClock, random = Math.random, keep = (object) => object } = options;
  const { namespace, labelSelector, fieldSelector, metadataOnly, indexes, resyncMs = tenHoursMs } = options;
  const cache = createObjectCache<T>(indexes);
  const handlers = new Set<(change: ObjectChange<T>) => void>();
  const firstList = Promise.withResolvers<void>();
  firstList.promise.catch(() => {}); // nobody need wait
  const stopping = new AbortController();
  const { signal } = stopping;
  const resource = `${type.apiVersion}/${type.kind}`;
  let synced = false;

  function call(handler: (change: ObjectChange<T>) => void, change: ObjectChange<T>): void {
    try {
      handler(change);
    } catch (error) {
      log.error("handler of changes failed", { resource, error: errorText(error) });
    }
  }

  function tell(change: ObjectChange<T>): void {
    for (const handler of handlers) call(handler, change);
  }

  function put({ key, object, problem }: ListedItem<T>): void {
    if (object === undefined) {
      return log.error("object cannot be read, what was known of it stays", {
        resource,
        key,
        error: problem,
      });
    }
    const after = keep(object);
    tell({ before: cache.set(key, after), after });
  }

  function remove(key: string): void {
    const before = cache.remove(key);
    if (before !== undefined) tell({ before });
  }

  function replaceAll(items: readonly ListedItem<T>[]): void {
    const listed = new Set(items.map(({ key }) => key));
    for (const key of cache.keys()) if (!listed.has(key)) remove(key);
    for (const item of items) put(item);
    synced = true;
    firstList.resolve();
  }

  async function resync(): Promise<void> {
    for (;;) {
      await pause(clock, resyncMs, signal);
      if (signal.aborted) return;
      for (const object of cache.values()) tell({ before: object, after: object });
    }
  }

  const list = { path: collectionPath(type, namespace), labelSelector, fieldSelector, metadataOnly };
  const following = followList(client, { type, list, clock, random, log, signal, put, remove, replaceAll });
  const resyncing = resync();
  return {
    get synced() {
      return synced;
    },
    whenSynced: ({ signal: waiting }) => abortable(firstList.promise, waiting),
    get: (name) => cache.get(cacheKey(name)),
    list: () => cache.values(),
    byIndex: (index, key) => cache.byIndex(index, key),
    onChange(handler) {
      for (const after of cache.values()) call(handler, { after });
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      firstList.reject(new KubeError(`watching ${resource} was stopped`, { code: "KUBE_CLOSED" }));
      await Promise.all([following, resyncing]);
    },
  };
}
