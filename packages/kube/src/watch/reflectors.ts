import { type Clock, createStampIssuer, type Logger, systemClock } from "@kubewarden-ts/base";
import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError } from "../errors.ts";
import { type FieldMask, fieldMaskKey, parseFieldMask } from "../masks/field-mask.ts";
import { storedForm } from "../masks/stored-object.ts";
import { type ApiResource, collectionPath, type ResourceReference } from "../resources/api-resource.ts";
import type { Discovery } from "../resources/discovery.ts";
import { type CurrentList, createObjectStore, type ListedObject } from "./object-store.ts";
import { startReflector } from "./reflector.ts";
import { createReflectorSet, type Watched } from "./reflector-set.ts";

/** Which objects; absent and `null` members restrict nothing, nor do empty selectors and masks. */
export interface ListRequest extends ResourceReference {
  readonly namespace?: string | null | undefined;
  readonly labelSelector?: string | null | undefined;
  readonly fieldSelector?: string | null | undefined;
  /** dot paths of the fields to keep (policy-runtime 5.8) */
  readonly fieldMasks?: readonly string[] | null | undefined;
}

/** All objects of a kind. */
export interface Inventory {
  readonly resource: ApiResource;
  /** as of `CurrentList` */
  readonly version: number;
  /** in the order of namespace and name; may be walked more than once */
  readonly objects: Iterable<ListedObject>;
}

/** Lists that are kept up to date by watching (policy-runtime 9). */
export interface Reflectors extends AsyncDisposable {
  /**
   * The objects as the cluster holds them now. The first call for a list reads and watches it; later ones are answered
   * from memory.
   * @throws {KubeError} `KUBE_FORBIDDEN` and other refusals, remembered for 5 s; `KUBE_TIMED_OUT` when the first list
   *   takes too long; `KUBE_STALE` when the watch was lost for too long; `KUBE_LIMIT`; those of `Discovery.find`
   * @example const { document } = await reflectors.list({ apiVersion: "v1", kind: "Namespace" }, { signal });
   */
  list(request: ListRequest, options?: { signal?: AbortSignal | undefined }): Promise<CurrentList>;
  /** All objects of a kind one by one. @throws {KubeError} as `list` */
  inventory(reference: ResourceReference, options?: { signal?: AbortSignal | undefined }): Promise<Inventory>;
  /** Whether a list changed at or after an instant of the clock; true for one that is not watched. */
  changedSince(request: ListRequest, instantMs: number): boolean;
  /** What is watched now. */
  readonly stats: { readonly stores: number; readonly bytes: number };
}

export interface ReflectorsOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly log: Logger;
  readonly clock?: Clock;
  /** from 0 to 1 */
  readonly random?: () => number;
  /** how long a caller waits for the first list at most, in milliseconds; 10 s unless told */
  readonly waitMs?: number;
  /** how long data count as current after the watch was lost, in milliseconds; 30 s unless told */
  readonly staleAfterMs?: number;
  /** a list that nobody asked for during so many milliseconds is no longer watched; 15 minutes unless told */
  readonly idleMs?: number;
  /** lists at the same time; 128 unless told */
  readonly maxStores?: number;
  /** of all lists together; 256 MiB unless told */
  readonly maxBytes?: number;
}

/** A request with everything that restricts nothing left out. */
interface Query {
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  readonly mask: FieldMask | undefined;
}

/** Who answers a request. */
interface Found {
  readonly key: string;
  readonly watched: Watched;
  readonly resource: ApiResource;
  /** the part of the watched list that was asked for; absent for all of it */
  readonly namespace: string | undefined;
}

/** @example await using reflectors = createReflectors({ client, discovery: createDiscovery(client), log }); */
export function createReflectors(options: ReflectorsOptions): Reflectors {
  const { client, discovery, log, clock = systemClock, random = Math.random } = options;
  const { waitMs = 10_000, staleAfterMs = 30_000 } = options;
  const { idleMs = 900_000, maxStores = 128, maxBytes = 256 * 1024 * 1024 } = options;
  const set = createReflectorSet({ clock, idleMs, maxStores, maxBytes });
  let versions = 0;
  const nextVersion = (): number => ++versions;

  function start(key: string, resource: ApiResource, query: Query): Watched {
    const { apiVersion, kind } = resource;
    log.debug("watching resource", { resource: `${apiVersion}/${kind}`, namespace: query.namespace });
    const list = { ...query, path: collectionPath(resource, query.namespace) };
    const form = storedForm(resource, query.mask);
    return set.add(key, (checkBytes) => {
      const stamps = createStampIssuer();
      const { revoke } = stamps;
      const store = createObjectStore(resource, { clock, nextVersion, onChange: revoke });
      const watching = { client, list, form, store, clock, random, log, staleAfterMs, checkBytes };
      return { store, stamps, reflector: startReflector({ ...watching, onClosed: revoke }) };
    });
  }

  /** A current list of all namespaces answers for each of them. */
  function existing(resource: ApiResource, query: Query): Found | undefined {
    const { namespace } = query;
    // first of all: it refuses the namespace of a kind that has none
    const key = keyOf(resource, query);
    if (namespace !== undefined) {
      const keyOfAll = keyOf(resource, { ...query, namespace: undefined });
      const all = set.get(keyOfAll);
      if (all?.reflector.isCurrent) return { key: keyOfAll, watched: all, resource, namespace };
    }
    const watched = set.get(key);
    return watched && { key, watched, resource, namespace: undefined };
  }

  function existingOrNew(resource: ApiResource, query: Query): Found {
    const found = existing(resource, query);
    if (found !== undefined) return found;
    const key = keyOf(resource, query);
    return { key, watched: start(key, resource, query), resource, namespace: undefined };
  }

  async function read<T>(
    { key, watched }: Found,
    signal: AbortSignal | undefined,
    answer: () => T,
  ): Promise<T> {
    return await set.use(key, async () => {
      await watched.reflector.whenCurrent({ signal, waitMs });
      return answer();
    });
  }

  /** Reads; where the kind turns out to be served elsewhere now, once more there. */
  async function readCurrent<T>(
    request: ListRequest,
    signal: AbortSignal | undefined,
    answer: (found: Found) => T,
  ): Promise<T> {
    const query = queryOf(request);
    const found = existingOrNew(await discovery.find(request, { signal }), query);
    try {
      return await read(found, signal, () => answer(found));
    } catch (error) {
      if (!isKubeError(error, "KUBE_RESOURCE_UNKNOWN")) throw error;
      discovery.forget(request.apiVersion);
      const resource = await discovery.find(request, { signal });
      if (keyOf(resource, query) === keyOf(found.resource, query)) throw error;
      const moved = existingOrNew(resource, query);
      return await read(moved, signal, () => answer(moved));
    }
  }

  return {
    list: (request, { signal } = {}) =>
      readCurrent(request, signal, ({ watched: { store, stamps, reflector }, namespace }) => {
        const list = store.list(namespace);
        return { ...list, stamp: reflector.isOpen && !store.isBehind ? stamps.issue() : undefined };
      }),
    inventory: ({ apiVersion, kind }, { signal } = {}) =>
      readCurrent({ apiVersion, kind }, signal, ({ watched: { store }, resource }) => {
        return { resource, ...store.inventory() };
      }),
    changedSince(request, instantMs) {
      const resource = discovery.known(request);
      const found = resource && existing(resource, queryOf(request));
      return !found?.watched.reflector.isCurrent || found.watched.store.changedSince(instantMs);
    },
    get stats() {
      return { stores: set.size, bytes: set.bytes };
    },
    [Symbol.asyncDispose]: () => set[Symbol.asyncDispose](),
  };
}

function queryOf({ namespace, labelSelector, fieldSelector, fieldMasks }: ListRequest): Query {
  return {
    namespace: namespace ?? undefined,
    labelSelector: labelSelector || undefined,
    fieldSelector: fieldSelector || undefined,
    mask: parseFieldMask(fieldMasks),
  };
}

function keyOf(resource: ApiResource, { namespace, labelSelector, fieldSelector, mask }: Query): string {
  const path = collectionPath(resource, namespace);
  return JSON.stringify([path, labelSelector, fieldSelector, fieldMaskKey(mask)]);
}
