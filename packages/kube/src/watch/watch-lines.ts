import type { Clock } from "@kubewarden-ts/base";
import type { KubeClient } from "../client/kube-client.ts";
import { guardSilence, type SilenceGuard } from "./guard-silence.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { readWatchEvent, type WatchEvent } from "./watch-event.ts";

/** What is watched. */
export interface WatchedList {
  /** `collectionPath` makes it */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** no more of the objects than that */
  readonly metadataOnly?: boolean | undefined;
}

/** What comes over a watch; the object of an event stands in its line. */
export type WatchLine =
  | {
      readonly kind: "event";
      readonly line: Uint8Array;
      readonly event: Exclude<WatchEvent, { kind: "error" }>;
    }
  /** the last one: nothing came for so long that the connection is taken for dead */
  | { readonly kind: "silence"; readonly forMs: number };

export interface WatchLinesOptions {
  readonly list: WatchedList;
  /** where to go on */
  readonly resourceVersion: string;
  readonly clock: Clock;
  /** from 0 to 1 */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * How long the API server keeps a watch open: 100 to 125 s, so that not all end together. It sends a bookmark two seconds
 * before the end, also when nothing changed; others come when they please.
 */
const watchSeconds = 100;
/** A connection that is silent beyond that end is dead. */
const silenceMs = 140_000;
/** etcd holds no object of more than 1.5 MB; its JSON with managed fields may be some times that. */
const maxEventBytes = 16 * 1024 * 1024;

/**
 * Opens a watch.
 * @returns when the API server has accepted; the lines end when it ends the watch, and with the connection
 * @throws {KubeError} also in the loop: `KUBE_GONE` when the resource version is too old, `KUBE_ANSWER_INVALID`,
 *   `KUBE_TOO_LARGE`; any other of a request
 */
export async function openWatchLines(
  client: KubeClient,
  { list, resourceVersion, clock, random, signal }: WatchLinesOptions,
): Promise<AsyncIterable<WatchLine>> {
  const silence = guardSilence(clock, silenceMs);
  try {
    const chunks = await client.stream(list.path, {
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion,
        timeoutSeconds: Math.round(watchSeconds * (1 + random() / 4)),
        labelSelector: list.labelSelector,
        fieldSelector: list.fieldSelector,
      },
      metadataOnly: list.metadataOnly ? "object" : undefined,
      signal: AbortSignal.any([signal, silence.signal]),
    });
    return linesOf(chunks, silence);
  } catch (error) {
    silence.end();
    throw error;
  }
}

/** A line that the end of the stream cut off never gets here: the next watch brings it again. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>, silence: SilenceGuard): AsyncGenerator<WatchLine> {
  const lines = createLineSplitter(maxEventBytes);
  try {
    for await (const chunk of chunks) {
      silence.heard();
      for (const line of lines.push(chunk)) {
        const event = readWatchEvent(line);
        if (event?.kind === "error") throw event.error;
        if (event !== undefined) yield { kind: "event", line, event };
      }
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
    yield { kind: "silence", forMs: silenceMs };
  } finally {
    silence.end();
  }
}
