import { abortedError } from "./errors.ts";

/**
 * Waits for work that others wait for too: an aborted signal ends the waiting, not the work.
 * @throws {KubeError} `KUBE_ABORTED`
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  if (signal.aborted) {
    work.catch(() => {}); // nobody waits for it any more
    throw abortedError(signal);
  }
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(abortedError(signal));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
