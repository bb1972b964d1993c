import { createSingleFlight } from "./single-flight.ts";

export interface LookUpCacheOptions<Value> {
  /** A clock in milliseconds; it need not tell the time of day. */
  readonly now: () => number;
  /** Answers that are kept; 1 or more. */
  readonly maxEntries: number;
  /** How long a value is kept, in milliseconds; 0 or less: not at all. */
  readonly successMs: number | ((value: Value) => number);
  /** How long a failure is kept, in milliseconds; 0 or less: not at all. */
  readonly failureMs: number;
}

/** Keeps the answers of look-ups for a while, failures too (policy-runtime 5.9). */
export interface LookUpCache<Value> {
  /**
   * The kept answer of `key`, else that of `load`. Equal look-ups at the same time make one load. A kept failure is
   * thrown as the error it was.
   * @param load - its signal is aborted when nobody waits for it any more; such an end is not kept
   * @param options.signal - of this caller alone: aborted, it gets the signal's reason, and the others go on waiting
   * @param options.bypass - loads without reading, writing or sharing anything
   * @example await digests.get(image, (signal) => client.fetchDigest(image, { signal }), { signal })
   */
  get(
    key: string,
    load: (signal: AbortSignal) => Promise<Value>,
    options?: { signal?: AbortSignal | undefined; bypass?: boolean },
  ): Promise<Value>;
  /** As `get`, and how much longer the value is kept, in milliseconds; 0 for one that is not. */
  lookUp(
    key: string,
    load: (signal: AbortSignal) => Promise<Value>,
    options?: { signal?: AbortSignal | undefined; bypass?: boolean },
  ): Promise<{ readonly value: Value; readonly freshForMs: number }>;
  /** Drops what is kept under a key. */
  forget(key: string): void;
  /** Answers that are kept, those out of date included. */
  readonly size: number;
}

type Outcome<Value> = { kind: "value"; value: Value } | { kind: "failure"; error: unknown };

type Entry<Value> = Outcome<Value> & { readonly expiresMs: number };

export function createLookUpCache<Value>(options: LookUpCacheOptions<Value>): LookUpCache<Value> {
  const { now, maxEntries, successMs, failureMs } = options;
  // in the order of use: the first is the one that nobody asked for longest
  const entries = new Map<string, Entry<Value>>();
  const flights = createSingleFlight<Value>();

  const keep = (key: string, outcome: Outcome<Value>, keptMs: number): void => {
    entries.delete(key);
    if (!(keptMs > 0)) return;
    if (entries.size >= maxEntries) entries.delete(leastUseful(entries, now()));
    entries.set(key, { ...outcome, expiresMs: now() + keptMs });
  };

  const find = (key: string): Entry<Value> | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (entry.expiresMs <= now()) return undefined;
    entries.set(key, entry);
    return entry;
  };

  const loadAndKeep = async (
    key: string,
    load: (signal: AbortSignal) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value> => {
    try {
      const value = await load(signal);
      const keptMs = typeof successMs === "number" ? successMs : successMs(value);
      if (!signal.aborted) keep(key, { kind: "value", value }, keptMs);
      return value;
    } catch (error) {
      if (!signal.aborted) keep(key, { kind: "failure", error }, failureMs);
      throw error;
    }
  };

  const get: LookUpCache<Value>["get"] = async (key, load, { signal, bypass = false } = {}) => {
    signal?.throwIfAborted();
    if (bypass) return await load(signal ?? new AbortController().signal);
    const entry = find(key);
    if (entry?.kind === "failure") throw entry.error;
    if (entry !== undefined) return entry.value;
    return await flights.run(key, (shared) => loadAndKeep(key, load, shared), signal);
  };

  return {
    get size() {
      return entries.size;
    },
    forget: (key) => void entries.delete(key),
    get,
    async lookUp(key, load, options = {}) {
      const value = await get(key, load, options);
      const entry = options.bypass ? undefined : entries.get(key);
      const isKept = entry?.kind === "value" && entry.value === value;
      return { value, freshForMs: isKept ? Math.max(entry.expiresMs - now(), 0) : 0 };
    },
  };
}

/** Of those out of date the oldest; else the one that was not used for longest. */
function leastUseful(entries: ReadonlyMap<string, { readonly expiresMs: number }>, nowMs: number): string {
  let [found = ""] = entries.keys();
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const [key, { expiresMs }] of entries) {
    if (expiresMs > nowMs || expiresMs >= earliestMs) continue;
    found = key;
    earliestMs = expiresMs;
  }
  return found;
}
