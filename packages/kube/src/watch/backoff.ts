import type { Clock } from "@kubewarden-ts/base";

const firstMs = 800;
const maxMs = 30_000;
const healthyMs = 120_000;

/** Pauses between failed attempts (policy-runtime 9). */
export interface Backoff {
  /** How long to wait after one more failure: between half and all of 0.8 s, 1.6 s, … 30 s, in milliseconds. */
  next(): number;
}

/** @param random - from 0 to 1: clients that failed together must not come back together */
export function createBackoff({ clock, random }: { clock: Clock; random: () => number }): Backoff {
  let delayMs = firstMs;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  return {
    next() {
      const now = clock.now();
      if (now - retryAtMs >= healthyMs) delayMs = firstMs;
      const pauseMs = delayMs * (0.5 + random() / 2);
      delayMs = Math.min(delayMs * 2, maxMs);
      retryAtMs = now + pauseMs;
      return pauseMs;
    },
  };
}
