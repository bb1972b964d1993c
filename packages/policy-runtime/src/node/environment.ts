import type { GuestEnvironment } from "../core/host.ts";
import { maxTimerMs } from "./timer.ts";

/** The clocks, the randomness and the built-in functions of this process. */
export const processEnvironment: GuestEnvironment = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  fillRandom: (bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
  sleep(ms) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(ms, maxTimerMs));
    const cancel = (reason: Error): void => {
      clearTimeout(timer);
      reject(reason);
    };
    return { done: promise, cancel };
  },
  async loadBuiltins(names) {
    // Most modules ask for none.
    const { loadBuiltins } = await import("@kubewarden-ts/rego/node");
    return loadBuiltins(names);
  },
};
