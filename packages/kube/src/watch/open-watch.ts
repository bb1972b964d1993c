import type { Clock } from "@kubewarden-ts/base";
import type { KubeClient } from "../client/kube-client.ts";
import { createByteWriter } from "../json/byte-writer.ts";
import { findNames, type StoredForm, writeStoredObject } from "../masks/stored-object.ts";
import { guardSilence, type SilenceGuard } from "./guard-silence.ts";
import { createLineSplitter } from "./line-splitter.ts";
import type { Slice } from "./object-collector.ts";
import { readKey } from "./object-key.ts";
import { readWatchEvent } from "./watch-event.ts";

/** What is watched. */
export interface WatchedList {
  /** `collectionPath` makes it */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What a watch tells; `resourceVersion` is where to go on after it. */
export type ListEvent =
  | {
      readonly kind: "put";
      readonly key: string;
      /** in the form in which it is kept */
      readonly object: Slice;
      readonly resourceVersion: string;
    }
  | { readonly kind: "remove"; readonly key: string; readonly resourceVersion: string }
  | { readonly kind: "bookmark"; readonly resourceVersion: string }
  /** the last one: nothing came for so long that the connection is taken for dead */
  | { readonly kind: "silence"; readonly forMs: number };

export interface OpenWatchOptions {
  readonly list: WatchedList;
  readonly form: StoredForm;
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
 * @returns when the API server has accepted; the events end when it ends the watch, and with the connection
 * @throws {KubeError} also in the loop: `KUBE_GONE` when the resource version is too old, `KUBE_ANSWER_INVALID`,
 *   `KUBE_TOO_LARGE`; any other of a request
 */
export async function openWatch(
  client: KubeClient,
  options: OpenWatchOptions,
): Promise<AsyncIterable<ListEvent>> {
  const { list, resourceVersion, clock, random, signal } = options;
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
      signal: AbortSignal.any([signal, silence.signal]),
    });
    return eventsOf(chunks, silence, options.form);
  } catch (error) {
    silence.end();
    throw error;
  }
}

async function* eventsOf(
  chunks: AsyncIterable<Uint8Array>,
  silence: SilenceGuard,
  form: StoredForm,
): AsyncGenerator<ListEvent> {
  const lines = createLineSplitter(maxEventBytes);
  try {
    for await (const chunk of chunks) {
      silence.heard();
      for (const line of lines.push(chunk)) {
        const event = listEvent(line, form);
        if (event !== undefined) yield event;
      }
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
    yield { kind: "silence", forMs: silenceMs };
  } finally {
    silence.end();
  }
}

/** A line that the end of the stream cut off never gets here: the next watch brings it again. */
function listEvent(line: Uint8Array, form: StoredForm): ListEvent | undefined {
  const event = readWatchEvent(line);
  if (event === undefined) return undefined;
  if (event.kind === "error") throw event.error;
  const { kind, start, resourceVersion } = event;
  switch (kind) {
    case "bookmark":
      return { kind, resourceVersion };
    case "remove":
      return { kind, key: readKey(line, findNames(line, start)), resourceVersion };
    case "put":
      return { kind, ...storedObject(line, start, form), resourceVersion };
  }
}

function storedObject(line: Uint8Array, start: number, form: StoredForm): { key: string; object: Slice } {
  const out = createByteWriter({ initialBytes: line.length });
  const key = readKey(line, writeStoredObject(out, line, start, form));
  const bytes = out.take();
  return { key, object: { bytes, start: 0, end: bytes.length } };
}
