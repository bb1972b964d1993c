import { createSemaphore } from "@kubewarden-ts/base";

/** Runs a bounded number of tasks at once. */
export interface TaskPool extends AsyncDisposable {
  /**
   * Waits for a place and begins the task; it goes on by itself.
   * @throws what a task threw before, and the reason of the signal: nothing is begun then
   */
  start(task: () => Promise<unknown>): Promise<void>;
  /** Waits until all tasks that were begun are over. @throws what the first one of them threw */
  drained(): Promise<void>;
}

/**
 * @param limit - tasks at once; 1 or more
 * @param signal - aborted: no more tasks are begun; disposing of the pool waits for those under way
 */
export function createTaskPool(limit: number, signal: AbortSignal): TaskPool {
  const places = createSemaphore(limit);
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  async function run(task: () => Promise<unknown>, place: Disposable): Promise<void> {
    using _place = place;
    try {
      await task();
    } catch (error) {
      failure ??= { error };
    }
  }

  async function over(): Promise<void> {
    while (running.size > 0) await Promise.all(running);
  }

  return {
    async start(task) {
      const place = await places.acquire({ signal });
      if (failure !== undefined) {
        place[Symbol.dispose]();
        throw failure.error;
      }
      const begun = run(task, place);
      running.add(begun);
      void begun.then(() => running.delete(begun));
    },
    async drained() {
      await over();
      signal.throwIfAborted();
      if (failure !== undefined) throw failure.error;
    },
    [Symbol.asyncDispose]: over,
  };
}
