import type { Clock } from "@kubewarden-ts/base";

/** A key whose turn it is. */
export interface QueuedKey {
  readonly key: string;
  /** how long it waited for its turn, in milliseconds */
  readonly waitedMs: number;
}

/** Keys in the order of their first request; each is in it once, and is handed out to one worker at a time. */
export interface WorkQueue {
  /** keys that wait for their turn */
  readonly depth: number;
  /** keys that wait, or were taken and are not done */
  readonly pending: number;
  add(key: string): void;
  /** Adds it when so much time is over, unless it is taken before; of several times, the earliest counts. */
  addAfter(key: string, ms: number): void;
  /** Adds it after a pause that doubles with each call. @returns the pause, in milliseconds */
  addAfterFailure(key: string): number;
  /** Begins anew with the pauses. */
  forgetFailures(key: string): void;
  /** The next key; `undefined` when the queue was closed. */
  take(): Promise<QueuedKey | undefined>;
  /** The worker is done with it: what was added meanwhile comes now. */
  done(key: string): void;
  /** Nothing comes out any more. */
  close(): void;
}

const firstPauseMs = 5;
const maxPauseMs = 1_000_000;

/**
 * Pauses from 5 ms to 1000 s, as upstream's (controller.md 3.1).
 * @param added - called when a key begins to wait for its turn
 */
export function createWorkQueue(clock: Clock, added: () => void = () => {}): WorkQueue {
  /** to the instant at which it began to wait; a Map keeps the order */
  const waiting = new Map<string, number>();
  const taken = new Set<string>();
  /** asked for while it was taken */
  const again = new Map<string, number>();
  const failures = new Map<string, number>();
  const timers = createTimers(clock, add);
  const takers: ((next: QueuedKey | undefined) => void)[] = [];
  let closed = false;

  function add(key: string): void {
    if (closed) return;
    const queue = taken.has(key) ? again : waiting;
    if (queue.has(key)) return;
    queue.set(key, clock.now());
    added();
    hand();
  }

  /** Gives what waits to who waits for it. */
  function hand(): void {
    while (takers.length > 0 && waiting.size > 0) {
      const [[key, sinceMs]] = waiting as unknown as [[string, number]];
      waiting.delete(key);
      taken.add(key);
      timers.cancel(key);
      takers.shift()?.({ key, waitedMs: clock.now() - sinceMs });
    }
  }

  return {
    get depth() {
      return waiting.size;
    },
    get pending() {
      return waiting.size + taken.size;
    },
    add,
    addAfter(key, ms) {
      if (!closed) timers.set(key, ms);
    },
    addAfterFailure(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const pauseMs = Math.min(firstPauseMs * 2 ** count, maxPauseMs);
      if (!closed) timers.set(key, pauseMs);
      return pauseMs;
    },
    forgetFailures: (key) => void failures.delete(key),
    take() {
      if (closed) return Promise.resolve(undefined);
      const { promise, resolve } = Promise.withResolvers<QueuedKey | undefined>();
      takers.push(resolve);
      hand();
      return promise;
    },
    done(key) {
      taken.delete(key);
      const sinceMs = again.get(key);
      if (sinceMs === undefined) return;
      again.delete(key);
      waiting.set(key, sinceMs);
      hand();
    },
    close() {
      closed = true;
      timers.cancelAll();
      waiting.clear();
      again.clear();
      for (const resolve of takers.splice(0)) resolve(undefined);
    },
  };
}

/** One timer for each key. */
function createTimers(clock: Clock, due: (key: string) => void) {
  const timers = new Map<string, { atMs: number; stop: AbortController }>();

  function cancel(key: string): void {
    timers.get(key)?.stop.abort();
    timers.delete(key);
  }

  return {
    set(key: string, ms: number): void {
      const atMs = clock.now() + ms;
      if ((timers.get(key)?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) return;
      cancel(key);
      const stop = new AbortController();
      timers.set(key, { atMs, stop });
      clock.sleep(ms, { signal: stop.signal }).then(
        () => {
          if (stop.signal.aborted) return;
          timers.delete(key);
          due(key);
        },
        () => {}, // cancelled
      );
    },
    cancel,
    cancelAll(): void {
      for (const key of [...timers.keys()]) cancel(key);
    },
  };
}
