import type { KubeClient } from "../client/kube-client.ts";
import { createByteWriter } from "../json/byte-writer.ts";
import { findNames, type StoredForm, writeStoredObject } from "../masks/stored-object.ts";
import type { Slice } from "./object-collector.ts";
import { readKey } from "./object-key.ts";
import { openWatchLines, type WatchLine, type WatchLinesOptions } from "./watch-lines.ts";

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

export interface OpenWatchOptions extends WatchLinesOptions {
  readonly form: StoredForm;
}

/**
 * Opens a watch for objects in the form in which they are kept.
 * @returns when the API server has accepted; the events end when it ends the watch, and with the connection
 * @throws {KubeError} as `openWatchLines`
 */
export async function openWatch(
  client: KubeClient,
  { form, ...options }: OpenWatchOptions,
): Promise<AsyncIterable<ListEvent>> {
  return eventsOf(await openWatchLines(client, options), form);
}

async function* eventsOf(lines: AsyncIterable<WatchLine>, form: StoredForm): AsyncGenerator<ListEvent> {
  for await (const line of lines) yield line.kind === "silence" ? line : listEvent(line, form);
}

function listEvent({ line, event }: Extract<WatchLine, { kind: "event" }>, form: StoredForm): ListEvent {
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
