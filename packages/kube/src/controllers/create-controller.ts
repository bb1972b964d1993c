import { type Clock, errorText, type Logger, systemClock } from "@kubewarden-ts/base";
import { isKubeError } from "../errors.ts";
import type { Controller, ControllerObserver, PassResult, Reconcile } from "./controller.ts";
import { createWorkQueue } from "./work-queue.ts";

export interface ControllerOptions {
  /** for logs and metrics */
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly log: Logger;
  readonly clock?: Clock;
  /** passes at the same time, of different keys; one unless told */
  readonly workers?: number;
  /** for metrics */
  readonly observer?: ControllerObserver;
}

/**
 * Makes a controller; it begins with `start`. A pass that throws is made again after a pause that doubles from 5 ms to
 * 1000 s. Disposing it aborts the passes that run, and waits for them.
 * @example await using pods = createController({ name: "pod", reconcile, log });
 */
export function createController(options: ControllerOptions): Controller {
  const { name, reconcile, log, clock = systemClock, workers = 1, observer } = options;
  const queue = createWorkQueue(clock, () => observer?.added?.(name));
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void>[] | undefined;

  /** One pass over a key, and what comes of it. */
  async function pass(key: string): Promise<{ result: PassResult; error?: unknown }> {
    try {
      const { requeueAfterMs } = (await reconcile(key, signal)) ?? {};
      queue.forgetFailures(key);
      if (requeueAfterMs === undefined) return { result: "success" };
      queue.addAfter(key, requeueAfterMs);
      return { result: "requeue_after" };
    } catch (error) {
      if (signal.aborted) return { result: "success" };
      report(key, error, queue.addAfterFailure(key));
      observer?.retried?.(name);
      return { result: "error", error };
    }
  }

  function report(key: string, error: unknown, pauseMs: number): void {
    const fields = { controller: name, key, error: errorText(error), retry_in_ms: pauseMs };
    // somebody was faster: the next pass sees what they wrote
    if (isKubeError(error, "KUBE_CONFLICT")) log.debug("reconcile met a newer object", fields);
    else log.error("reconcile failed", fields);
  }

  async function work(): Promise<void> {
    for (;;) {
      const next = await queue.take();
      if (next === undefined) return;
      observer?.started?.(name, next.waitedMs);
      const startedAtMs = clock.now();
      const { result, error } = await pass(next.key);
      queue.done(next.key);
      observer?.finished?.(name, { result, durationMs: clock.now() - startedAtMs, error });
    }
  }

  return {
    name,
    enqueue: (key) => queue.add(key),
    start() {
      running ??= Array.from({ length: workers }, work);
    },
    get depth() {
      return queue.depth;
    },
    get pending() {
      return queue.pending;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      queue.close();
      await Promise.all(running ?? []);
    },
  };
}
