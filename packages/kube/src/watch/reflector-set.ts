import { type Clock, pause, type StampIssuer } from "@kubewarden-ts/base";
import { KubeError } from "../errors.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Reflector } from "./reflector.ts";

/** A reflector with its store. */
export interface Watched {
  readonly reflector: Reflector;
  readonly store: ObjectStore;
  /** of what the store holds; taken back when it changes or is not followed any more */
  readonly stamps: StampIssuer;
}

export interface ReflectorSetOptions {
  readonly clock: Clock;
  /** a reflector that nobody used for so long is stopped, in milliseconds */
  readonly idleMs: number;
  readonly maxStores: number;
  /** of all stores together */
  readonly maxBytes: number;
}

/** Starts a reflector; what it needs, it says to `checkBytes`, which throws `KUBE_LIMIT` where that is too much. */
export type StartReflector = (checkBytes: (bytes: number) => void) => Watched;

/** Reflectors by key: bounded in number and in bytes, stopped when nobody uses them. */
export interface ReflectorSet extends AsyncDisposable {
  /** what is watched now */
  readonly size: number;
  readonly bytes: number;
  /** The reflector of a key; none when its failure is old enough to try again. */
  get(key: string): Watched | undefined;
  /**
   * Adds a reflector; where there is no room, the one that was used longest ago is stopped.
   * @throws {KubeError} `KUBE_LIMIT` when all are in use
   */
  add(key: string, start: StartReflector): Watched;
  /** Keeps the reflector of a key from being stopped while `work` runs. */
  use<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Stops the reflector of a key. */
  drop(key: string): void;
}

interface Entry extends Watched {
  usedAtMs: number;
  users: number;
  /** what the reflector said it needs: a list that is being read is not in the store yet */
  readonly claim: { bytes: number };
}

/** Others are stopped for somebody's bytes only after this, or two that do not fit together would take turns. */
const settledMs = 60_000;
const failureMs = 5_000;
/** What was too big once will be too big again. */
const limitFailureMs = 60_000;

export function createReflectorSet(options: ReflectorSetOptions): ReflectorSet {
  const { clock, idleMs, maxStores, maxBytes } = options;
  const entries = new Map<string, Entry>();
  const closing = new AbortController();
  const stopped = new Set<Promise<void>>();

  const bytesOf = ({ claim, store, reflector }: Entry): number =>
    Math.max(reflector.failure === undefined ? claim.bytes : 0, store.bytes);
  const total = (): number => entries.values().reduce((sum, entry) => sum + bytesOf(entry), 0);

  function drop(key: string): void {
    const entry = entries.get(key);
    entries.delete(key);
    if (entry === undefined) return;
    const stopping = Promise.resolve(entry.reflector[Symbol.asyncDispose]()).finally(() =>
      stopped.delete(stopping),
    );
    stopped.add(stopping);
  }

  /** Stops the unused reflector that was used longest ago, of those not used for so long. */
  function dropOldest(unusedForMs: number, except: string): boolean {
    for (const entry of entries.values()) if (entry.stamps.takeUse()) entry.usedAtMs = clock.now();
    const unused = [...entries].filter(
      ([key, { users, usedAtMs }]) => key !== except && users === 0 && clock.now() - usedAtMs >= unusedForMs,
    );
    const oldest = unused.sort(([, left], [, right]) => left.usedAtMs - right.usedAtMs)[0];
    if (oldest === undefined) return false;
    drop(oldest[0]);
    return true;
  }

  function makeRoom(except: string): void {
    while (total() > maxBytes) if (!dropOldest(settledMs, except)) throw tooManyBytes(maxBytes);
  }

  async function sweep(): Promise<void> {
    while (!closing.signal.aborted) {
      await pause(clock, idleMs / 4, closing.signal);
      while (dropOldest(idleMs, ""));
    }
  }

  void sweep();
  return {
    get size() {
      return entries.size;
    },
    get bytes() {
      return total();
    },
    get(key) {
      const entry = entries.get(key);
      const failure = entry?.reflector.failure;
      if (failure === undefined) return entry;
      const keepMs = failure.error.code === "KUBE_LIMIT" ? limitFailureMs : failureMs;
      if (clock.now() - failure.atMs < keepMs) return entry;
      drop(key);
      return undefined;
    },
    add(key, start) {
      if (closing.signal.aborted) throw closed();
      while (entries.size >= maxStores) if (!dropOldest(0, key)) throw tooManyStores(maxStores);
      const claim = { bytes: 0 };
      const watched = start((bytes) => {
        claim.bytes = bytes;
        makeRoom(key);
      });
      entries.set(key, { ...watched, usedAtMs: clock.now(), users: 0, claim });
      return watched;
    },
    async use(key, work) {
      const entry = entries.get(key);
      if (entry !== undefined) entry.users++;
      try {
        return await work();
      } finally {
        if (entry !== undefined) {
          entry.users--;
          entry.usedAtMs = clock.now();
        }
      }
    },
    drop,
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const key of entries.keys()) drop(key);
      await Promise.all(stopped);
    },
  };
}

function tooManyStores(maxStores: number): KubeError {
  const message = `${maxStores} lists are watched, and all are being waited for: ask for fewer kinds, namespaces and selectors`;
  return new KubeError(message, { code: "KUBE_LIMIT" });
}

function tooManyBytes(maxBytes: number): KubeError {
  const message = `watched objects need more than ${maxBytes} bytes: ask with field masks or selectors, or raise the limit`;
  return new KubeError(message, { code: "KUBE_LIMIT" });
}

function closed(): KubeError {
  return new KubeError("watching was stopped", { code: "KUBE_CLOSED" });
}
