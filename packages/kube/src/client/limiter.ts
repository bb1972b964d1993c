import { abortedError } from "../errors.ts";

/** Lets at most so many pieces of work run at the same time; the others wait in order. */
export interface Limiter {
  /**
   * Waits for a place. The answer gives it back; calling it again does nothing.
   * @throws {KubeError} `KUBE_ABORTED`
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createLimiter(places: number): Limiter {
  let free = places;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) free++;
    else next(); // the place goes to whoever waits longest
  }

  async function waitForPlace(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const take = (): void => {
      waiting.delete(take);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const stop = (): void => {
      waiting.delete(take);
      reject(abortedError(signal));
    };
    waiting.add(take);
    signal.addEventListener("abort", stop, { once: true });
    await promise;
  }

  return {
    async enter(signal) {
      if (signal.aborted) throw abortedError(signal);
      if (free > 0) free--;
      else await waitForPlace(signal);
      let inside = true;
      return () => {
        if (inside) leave();
        inside = false;
      };
    },
  };
}
