import { type Clock, errorText, type Logger, pause } from "@kubewarden-ts/base";
import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError, KubeError, type KubeErrorCode } from "../errors.ts";
import type { StoredForm } from "../masks/stored-object.ts";
import { listPages } from "../resources/list-objects.ts";
import { createBackoff } from "./backoff.ts";
import { createFreshness } from "./freshness.ts";
import { createObjectCollector } from "./object-collector.ts";
import type { ObjectStore } from "./object-store.ts";
import { openWatch } from "./open-watch.ts";
import type { WatchedList } from "./watch-lines.ts";

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly list: WatchedList;
  readonly form: StoredForm;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** from 0 to 1 */
  readonly random: () => number;
  readonly log: Logger;
  /** how long data count as current after the watch was lost, in milliseconds */
  readonly staleAfterMs: number;
  /** Called when the store does not follow changes any more. */
  onClosed?(): void;
  /** Called when the store is about to have, or has, so many bytes. @throws {KubeError} `KUBE_LIMIT` */
  checkBytes(bytes: number): void;
}

/** Keeps a store equal to what the cluster holds. */
export interface Reflector extends AsyncDisposable {
  /** why the reflector gave up, and at which instant of the clock, if it did */
  readonly failure: { readonly error: KubeError; readonly atMs: number } | undefined;
  /** whether the store may be read now */
  readonly isCurrent: boolean;
  /** whether the store follows every change */
  readonly isOpen: boolean;
  /**
   * Resolves when the store may be read.
   * @throws {KubeError} what made the reflector give up; `KUBE_STALE`, `KUBE_TIMED_OUT`, `KUBE_ABORTED`
   */
  whenCurrent(options: { signal: AbortSignal | undefined; waitMs: number }): Promise<void>;
}

/** The same request would fail again, and waiting makes it no better. */
const lasting: ReadonlySet<KubeErrorCode> = new Set([
  "KUBE_UNAUTHORIZED",
  "KUBE_FORBIDDEN",
  "KUBE_NOT_FOUND",
  "KUBE_RESOURCE_UNKNOWN",
  "KUBE_REFUSED",
  "KUBE_LIMIT",
  "KUBE_CLOSED",
]);

/** A list anew straight after 410 is right once; more often than this, something is wrong. */
const relistPauseMs = 10_000;
/** A watch that ends sooner than this counts as a failure. */
const shortWatchMs = 1000;

/**
 * Lists, then watches (policy-runtime 9), until disposed or until the API server says no for good. Everything else that
 * goes wrong is tried again, with growing pauses; the data stay until there are newer ones.
 */
export function startReflector(options: ReflectorOptions): Reflector {
  const { client, list, form, store, clock, random, log, checkBytes } = options;
  const what = `${form.apiVersion}/${form.kind}`;
  const freshness = createFreshness({
    what,
    clock,
    staleAfterMs: options.staleAfterMs,
    onClosed: options.onClosed,
  });
  const backoff = createBackoff({ clock, random });
  const stopping = new AbortController();
  const { signal } = stopping;
  let resourceVersion: string | undefined;
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let failedAtMs: number | undefined;

  async function listAll(): Promise<string> {
    const collector = createObjectCollector(form);
    let version = "";
    for await (const part of listPages(client, { ...list, signal, timeoutMs: 60_000 })) {
      if (part.kind === "restart") {
        collector.clear();
      } else {
        await collector.add(part.page);
        version = part.page.resourceVersion;
        checkBytes(store.bytes + collector.bytes);
      }
    }
    store.replaceAll(collector.sorted());
    freshness.listed();
    checkBytes(store.bytes);
    log.debug("listed", { resource: what, path: list.path, bytes: store.bytes });
    return version;
  }

  /** One watch, from its opening to its end. */
  async function watch(from: string): Promise<void> {
    const events = await openWatch(client, { list, form, resourceVersion: from, clock, random, signal });
    const openedAtMs = clock.now();
    freshness.opened();
    for await (const event of events) {
      if (event.kind === "silence") return freshness.ended(event.forMs);
      freshness.heard();
      if (event.kind === "put") store.put(event.key, event.object);
      if (event.kind === "remove") store.remove(event.key);
      resourceVersion = event.resourceVersion;
      checkBytes(store.bytes);
    }
    if (clock.now() - openedAtMs < shortWatchMs) throw endedAtOnce(what);
    freshness.ended();
  }

  /** @returns how long to wait before the next attempt, in milliseconds; `undefined` to give up */
  function pauseAfter(error: unknown): number | undefined {
    if (!isKubeError(error) || lasting.has(error.code)) return undefined;
    // what cannot be read must not be asked for again
    if (["KUBE_GONE", "KUBE_ANSWER_INVALID", "KUBE_TOO_LARGE"].includes(error.code))
      resourceVersion = undefined;
    const isFirst = clock.now() - listedAtMs >= relistPauseMs;
    if (error.code === "KUBE_GONE" && isFirst) return 0;
    return Math.max(backoff.next(), error.retryAfterMs ?? 0);
  }

  async function attempt(): Promise<void> {
    freshness.trying();
    // after a long while, nobody could tell when a watch from where we were has caught up
    if (freshness.wasCurrent && !freshness.isCurrent) resourceVersion = undefined;
    if (resourceVersion === undefined) {
      listedAtMs = clock.now();
      resourceVersion = await listAll();
    }
    await watch(resourceVersion);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await attempt();
      } catch (error) {
        if (signal.aborted) return;
        const pauseMs = pauseAfter(error);
        report(error, pauseMs);
        if (pauseMs === undefined) return giveUp(error);
        if (pauseMs === 0) {
          freshness.ended();
        } else {
          freshness.lost(error);
          await pause(clock, pauseMs, signal);
        }
      }
    }
  }

  /** What was true once is not kept: nobody may take it for true now. */
  function giveUp(error: unknown): void {
    freshness.failed(error);
    failedAtMs = clock.now();
    store.clear();
  }

  function report(error: unknown, pauseMs: number | undefined): void {
    const fields = { resource: what, path: list.path, error: errorText(error) };
    if (pauseMs === undefined) log.error("cannot watch resource", fields);
    else if (isKubeError(error, "KUBE_GONE")) log.debug("resource version is too old, listing anew", fields);
    else log.warn("watch of resource interrupted", { ...fields, retry_in_ms: Math.round(pauseMs) });
  }

  const running = run();
  return {
    get failure() {
      const error = freshness.failure;
      return error === undefined ? undefined : { error, atMs: failedAtMs ?? clock.now() };
    },
    get isCurrent() {
      return freshness.isCurrent;
    },
    get isOpen() {
      return freshness.isOpen;
    },
    whenCurrent: (waiting) => freshness.wait(waiting),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      freshness.failed(new KubeError(`watching ${what} was stopped`, { code: "KUBE_CLOSED" }));
      await running;
    },
  };
}

function endedAtOnce(what: string): KubeError {
  return new KubeError(`the API server ended the watch of ${what} at once`, { code: "KUBE_UNAVAILABLE" });
}
