import { type Clock, pause } from "@kubewarden-ts/base";

/** How a scan is told to end (audit-and-reports.md 1.4). */
export interface StopSignals extends Disposable {
  /** no more work is begun */
  readonly stop: AbortSignal;
  /** what is under way ends too */
  readonly grace: AbortSignal;
}

/**
 * What was begun may go on for a while after the process was asked to stop: a report that is being written is written.
 * @param graceMs - how long; shorter than what Kubernetes gives a Pod
 */
export function stopSignals(
  stop: AbortSignal,
  { clock, graceMs }: { clock: Clock; graceMs: number },
): StopSignals {
  const grace = new AbortController();
  const over = new AbortController();
  const wait = async (): Promise<void> => {
    await pause(clock, graceMs, over.signal);
    if (!over.signal.aborted) grace.abort(stop.reason);
  };
  const begin = (): void => void wait();
  if (stop.aborted) begin();
  stop.addEventListener("abort", begin, { once: true });
  return {
    stop,
    grace: grace.signal,
    [Symbol.dispose]() {
      stop.removeEventListener("abort", begin);
      over.abort();
    },
  };
}
