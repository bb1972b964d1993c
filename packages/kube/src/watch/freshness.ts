import { type Clock, errorText, pause } from "@kubewarden-ts/base";
import { abortable } from "../abortable.ts";
import { KubeError } from "../errors.ts";

/** Whether watched data are what the cluster holds now, and who waits until they are. */
export interface Freshness {
  /** whether data may be served now: the watch is open, or was a short while ago */
  readonly isCurrent: boolean;
  /** whether the watch is open: whatever changes will be told */
  readonly isOpen: boolean;
  /** whether data were current once */
  readonly wasCurrent: boolean;
  /** why nothing more will be tried */
  readonly failure: KubeError | undefined;
  /**
   * Resolves when the data are current.
   * @param options.waitMs - how long to wait for the first list, or for a connection that is being made
   * @throws {KubeError} what ended the watch for good; `KUBE_STALE`, `KUBE_TIMED_OUT`, `KUBE_ABORTED`
   */
  wait(options: { signal: AbortSignal | undefined; waitMs: number }): Promise<void>;
  /** An attempt to list or to watch begins. */
  trying(): void;
  /** A list is complete: it shows this moment. */
  listed(): void;
  /** The watch is open: what changes from now on will be told. */
  opened(): void;
  /** An event came. */
  heard(): void;
  /** The watch ended; the next attempt comes at once. @param silentForMs - how long nothing came before */
  ended(silentForMs?: number): void;
  /** The watch, or an attempt, failed in a way that may pass. */
  lost(error: unknown): void;
  /** Nothing more will be tried. */
  failed(error: unknown): void;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** A watch that was refused in its first event (410) was not really open; one that lasted so long was. */
const surelyOpenMs = 1000;

/**
 * @param options.what - names the data in errors, such as `v1/Namespace`
 * @param options.onClosed - called when changes will not be told any more
 * @param options.staleAfterMs - how long data count as current after the last moment at which they surely were
 */
export function createFreshness(options: {
  what: string;
  clock: Clock;
  staleAfterMs: number;
  onClosed?: (() => void) | undefined;
}): Freshness {
  const { what, clock, staleAfterMs, onClosed = () => {} } = options;
  const waiters = new Set<Waiter>();
  let openSinceMs: number | undefined;
  let wasCurrent = false;
  let provenAtMs = Number.NEGATIVE_INFINITY;
  let isTrying = true;
  let lastError: unknown;
  let failure: KubeError | undefined;

  const isCurrent = (): boolean =>
    wasCurrent && (openSinceMs !== undefined || clock.now() - provenAtMs <= staleAfterMs);

  function close(silentForMs: number): void {
    const now = clock.now();
    if (openSinceMs !== undefined && now - openSinceMs >= surelyOpenMs) {
      provenAtMs = Math.max(provenAtMs, now - silentForMs);
    }
    openSinceMs = undefined;
    onClosed();
  }

  function rejectAll(error: KubeError): void {
    for (const waiter of waiters) waiter.reject(error);
    waiters.clear();
  }

  function because(): string {
    return lastError === undefined ? "" : `: ${errorText(lastError)}`;
  }

  function stale(): KubeError {
    const agoMs = Math.round(clock.now() - provenAtMs);
    const message = `${what} was last seen ${agoMs} ms ago, and cannot be watched${because()}`;
    return new KubeError(message, { code: "KUBE_STALE" });
  }

  function timedOut(waitMs: number): KubeError {
    const state = wasCurrent ? "the watch is not open again" : "the first list is not complete";
    return new KubeError(`${what}: ${state} after ${waitMs} ms${because()}`, { code: "KUBE_TIMED_OUT" });
  }

  async function waitForChange(signal: AbortSignal | undefined, waitMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { resolve, reject };
    const over = new AbortController();
    waiters.add(waiter);
    void pause(clock, waitMs, over.signal).then(() => {
      if (waiters.has(waiter)) reject(timedOut(waitMs));
    });
    try {
      await abortable(promise, signal);
    } finally {
      waiters.delete(waiter);
      over.abort();
    }
  }

  return {
    get isCurrent() {
      return failure === undefined && isCurrent();
    },
    get isOpen() {
      return failure === undefined && openSinceMs !== undefined;
    },
    get wasCurrent() {
      return wasCurrent;
    },
    get failure() {
      return failure;
    },
    async wait({ signal, waitMs }) {
      if (failure !== undefined) throw failure;
      if (isCurrent()) return;
      if (wasCurrent && !isTrying) throw stale();
      await waitForChange(signal, waitMs);
    },
    trying() {
      isTrying = true;
    },
    listed() {
      provenAtMs = clock.now();
    },
    opened() {
      openSinceMs = clock.now();
      wasCurrent = true;
      lastError = undefined;
      for (const waiter of waiters) waiter.resolve();
      waiters.clear();
    },
    heard() {
      provenAtMs = clock.now();
    },
    ended(silentForMs = 0) {
      close(silentForMs);
    },
    lost(error) {
      close(0);
      isTrying = false;
      lastError = error;
      if (wasCurrent && !isCurrent()) rejectAll(stale());
    },
    failed(error) {
      failure = error instanceof KubeError ? error : unexpected(what, error);
      openSinceMs = undefined;
      onClosed();
      rejectAll(failure);
    },
  };
}

/** A mistake of ours must not leave callers waiting. */
function unexpected(what: string, cause: unknown): KubeError {
  return new KubeError(`watching ${what} failed: ${errorText(cause)}`, { code: "KUBE_UNAVAILABLE", cause });
}
