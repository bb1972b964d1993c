import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { type Clock, errorText, type Logger, pause } from "@kubewarden-ts/base";
import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError, KubeError } from "../errors.ts";
import { listPages } from "../resources/list-objects.ts";
import { createBackoff } from "../watch/backoff.ts";
import { openWatchLines, type WatchedList } from "../watch/watch-lines.ts";
import { type ListedItem, readItem } from "./read-item.ts";

export interface FollowListOptions<T extends KubernetesObject> {
  readonly type: ResourceType<T>;
  readonly list: WatchedList;
  readonly clock: Clock;
  /** from 0 to 1 */
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called with all objects, at first and whenever the watch could not go on where it was. */
  replaceAll(items: readonly ListedItem<T>[]): void;
  put(item: ListedItem<T>): void;
  remove(key: string): void;
}

/** A list anew straight after 410 is right once; more often than this, something is wrong. */
const relistPauseMs = 10_000;
/** A watch that ends sooner than this counts as a failure. */
const shortWatchMs = 1000;

/** Lists, then watches, until the signal is aborted; whatever goes wrong is tried again, with growing pauses. */
export async function followList<T extends KubernetesObject>(
  client: KubeClient,
  options: FollowListOptions<T>,
): Promise<void> {
  const { type, list, clock, random, log, signal } = options;
  const resource = `${type.apiVersion}/${type.kind}`;
  const backoff = createBackoff({ clock, random });
  let resourceVersion: string | undefined;
  let listedAtMs = Number.NEGATIVE_INFINITY;

  /** One watch, from its opening to its end. */
  async function watch(from: string): Promise<void> {
    const lines = await openWatchLines(client, { list, resourceVersion: from, clock, random, signal });
    const openedAtMs = clock.now();
    for await (const next of lines) {
      if (next.kind === "silence") return;
      const { line, event } = next;
      if (event.kind !== "bookmark") {
        const item = readItem(type, line.subarray(event.start, event.end), list);
        if (event.kind === "put") options.put(item);
        else options.remove(item.key);
      }
      resourceVersion = event.resourceVersion;
    }
    if (clock.now() - openedAtMs < shortWatchMs) {
      throw new KubeError("the API server ended the watch at once", { code: "KUBE_UNAVAILABLE" });
    }
  }

  /** @returns how long to wait before the next attempt, in milliseconds */
  function pauseAfter(error: unknown): number {
    const isGone = isKubeError(error, "KUBE_GONE");
    // what cannot be read must not be asked for again
    if (isGone || isKubeError(error, "KUBE_ANSWER_INVALID", "KUBE_TOO_LARGE")) resourceVersion = undefined;
    if (isGone && clock.now() - listedAtMs >= relistPauseMs) return 0;
    return Math.max(backoff.next(), (isKubeError(error) && error.retryAfterMs) || 0);
  }

  while (!signal.aborted) {
    try {
      if (resourceVersion === undefined) {
        listedAtMs = clock.now();
        resourceVersion = await listInto(client, options);
      }
      await watch(resourceVersion);
    } catch (error) {
      if (signal.aborted) return;
      const pauseMs = pauseAfter(error);
      const fields = { resource, path: list.path, error: errorText(error) };
      if (isKubeError(error, "KUBE_GONE")) log.debug("resource version is too old, listing anew", fields);
      else log.warn("watch of resource interrupted", { ...fields, retry_in_ms: Math.round(pauseMs) });
      if (pauseMs > 0) await pause(clock, pauseMs, signal);
    }
  }
}

/** @returns the resource version from which a watch goes on */
async function listInto<T extends KubernetesObject>(
  client: KubeClient,
  { type, list, signal, replaceAll }: FollowListOptions<T>,
): Promise<string> {
  let items: ListedItem<T>[] = [];
  let resourceVersion = "";
  for await (const part of listPages(client, { ...list, signal, timeoutMs: 60_000 })) {
    if (part.kind === "restart") {
      items = [];
      continue;
    }
    const { body, items: runs } = part.page;
    resourceVersion = part.page.resourceVersion;
    for (let run = 0; run < runs.length; run += 2) {
      items.push(readItem(type, body.subarray(runs[run], runs[run + 1]), list));
    }
  }
  replaceAll(items);
  return resourceVersion;
}
