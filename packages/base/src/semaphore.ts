/** Lets a bounded number of callers in; the others wait in the order they came. */
export interface Semaphore {
  /**
   * Waits for a permit and gives it back when it is disposed of.
   * @param options.signal - aborted while waiting: the caller leaves the queue, and gets the signal's reason
   * @example using _permit = await semaphore.acquire({ signal });
   */
  acquire(options?: { signal?: AbortSignal | undefined }): Promise<Disposable>;
  /** Whether all permits are there. */
  readonly idle: boolean;
}

/** @param limit - permits; 1 or more */
export function createSemaphore(limit: number): Semaphore {
  let free = limit;
  const waiting = new Set<() => void>();
  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) free++;
    else next();
  };
  return {
    get idle() {
      return free === limit;
    },
    async acquire({ signal } = {}) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else await turnIn(waiting, signal);
      return once(giveBack);
    },
  };
}

/** A semaphore for each key: what blocks one key does not hold up another. */
export interface KeyedSemaphore {
  acquire(key: string, options?: { signal?: AbortSignal | undefined }): Promise<Disposable>;
  /** Keys with a permit given out; the others take no room. */
  readonly size: number;
}

/** @param limit - permits for each key; 1 or more */
export function createKeyedSemaphore(limit: number): KeyedSemaphore {
  const semaphores = new Map<string, Semaphore>();
  return {
    get size() {
      return semaphores.size;
    },
    async acquire(key, options) {
      const semaphore = semaphores.getOrInsertComputed(key, () => createSemaphore(limit));
      const dropIdle = (): void => {
        if (semaphore.idle && semaphores.get(key) === semaphore) semaphores.delete(key);
      };
      try {
        const permit = await semaphore.acquire(options);
        return once(() => {
          permit[Symbol.dispose]();
          dropIdle();
        });
      } catch (error) {
        dropIdle();
        throw error;
      }
    },
  };
}

function turnIn(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = (): void => {
      waiting.delete(begin);
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    const leave = (): void => {
      waiting.delete(begin);
      reject(signal?.reason);
    };
    waiting.add(begin);
    signal?.addEventListener("abort", leave, { once: true });
  });
}

/** Disposing twice is disposing once. */
function once(dispose: () => void): Disposable {
  let done = false;
  return {
    [Symbol.dispose]() {
      if (done) return;
      done = true;
      dispose();
    },
  };
}
