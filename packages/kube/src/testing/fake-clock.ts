import { setImmediate } from "node:timers/promises";
import type { Clock } from "@kubewarden-ts/base";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** sleeps that have not ended, each with the instant at which it will */
  readonly sleeps: readonly number[];
  /** Moves on, waking everybody whose time has come, and lets them run. */
  advance(ms: number): Promise<void>;
}

export function createFakeClock(startMs = 1_000_000): FakeClock {
  let now = startMs;
  const sleepers = new Set<{ untilMs: number; wake(): void }>();
  return {
    now: () => now,
    get sleeps() {
      return [...sleepers].map(({ untilMs }) => untilMs);
    },
    async sleep(ms, { signal } = {}) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { untilMs: now + ms, wake: resolve };
      const stop = (): void => reject(signal?.reason);
      sleepers.add(sleeper);
      signal?.addEventListener("abort", stop);
      try {
        await promise;
      } finally {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", stop);
      }
    },
    async advance(ms) {
      now += ms;
      for (const sleeper of sleepers) if (sleeper.untilMs <= now) sleeper.wake();
      await setImmediate();
    },
  };
}
