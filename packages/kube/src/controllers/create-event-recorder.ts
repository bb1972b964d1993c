import { events } from "@kubewarden-ts/api/core";
import { type Clock, errorText, type Logger, pause, systemClock } from "@kubewarden-ts/base";
import { isKubeError } from "../errors.ts";
import type { AppliedObject, ObjectClient } from "../objects/object-client.ts";
import type { EventRecorder, RecordedEvent } from "./event-recorder.ts";
import { createEventSeriesBook, type EventSeries } from "./event-series.ts";

export interface EventRecorderOptions {
  /** what tells of the events, such as `kubewarden-controller`; also the field manager */
  readonly component: string;
  /** which of its processes, such as the Pod's name */
  readonly instance?: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** where Events about cluster-wide objects go; the API server takes `default` and `kube-system` */
  readonly namespaceForClusterWide?: string;
}

const maxWaiting = 1000;
const maxTries = 4;
const firstPauseMs = 1000;
/** How long the end waits for what is not written yet. */
const drainMs = 2000;
const maxMessageLength = 1024;

/**
 * Writes Events one after the other, by server-side apply. The same event again is one object with a count; an object with
 * too many of them has some left out. What cannot be written is tried a few times, then given up: Events are not worth
 * stopping for. A missing right is logged once for each namespace.
 */
export function createEventRecorder(objects: ObjectClient, options: EventRecorderOptions): EventRecorder {
  const { log, clock = systemClock, component } = options;
  const book = createEventSeriesBook(clock);
  const stopping = new AbortController();
  const { signal } = stopping;
  /** by the name of their object: what was not written yet is overtaken by what comes after it */
  const waiting = new Map<string, AppliedObject>();
  const forbidden = new Set<string>();
  let writing: Promise<void> | undefined;
  let closed = false;

  async function writeAll(): Promise<void> {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || signal.aborted) return;
      const [key, object] = first;
      waiting.delete(key);
      await writeOne(object);
    }
  }

  async function writeOne(object: AppliedObject): Promise<void> {
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        await objects.apply(events, object, { fieldManager: component, force: true, signal });
        return;
      } catch (error) {
        if (!mayHelp(error) || tries >= maxTries) return report(object, error);
        await pause(clock, firstPauseMs * 2 ** (tries - 1), signal);
      }
    }
  }

  function report({ metadata }: AppliedObject, error: unknown): void {
    const namespace = metadata.namespace ?? "";
    const isKnown = isKubeError(error, "KUBE_FORBIDDEN") && forbidden.has(namespace);
    if (isKnown || signal.aborted) return;
    if (isKubeError(error, "KUBE_FORBIDDEN")) forbidden.add(namespace);
    log.warn("cannot write an event", { namespace, error: errorText(error) });
  }

  return {
    record(event) {
      const series = closed ? undefined : book.add(event);
      if (series === undefined) return;
      const object = eventObject(series, options);
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      if (waiting.size >= maxWaiting && !waiting.has(key)) {
        return log.warn("too many events wait, one is left out", { reason: event.reason });
      }
      waiting.set(key, object);
      writing ??= writeAll().finally(() => {
        writing = undefined;
      });
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const over = new AbortController();
      void pause(clock, drainMs, over.signal).then(() => stopping.abort());
      await writing;
      over.abort();
    },
  };
}

function mayHelp(error: unknown): boolean {
  return isKubeError(error, "KUBE_UNAVAILABLE", "KUBE_TIMED_OUT", "KUBE_THROTTLED", "KUBE_CONFLICT");
}

function eventObject(
  { name, event, count, firstAtMs, lastAtMs }: EventSeries,
  { component, instance, namespaceForClusterWide = "default" }: EventRecorderOptions,
): AppliedObject {
  const { metadata } = event.about;
  return {
    metadata: { name, namespace: metadata.namespace ?? namespaceForClusterWide },
    involvedObject: involved(event),
    type: event.type,
    reason: event.reason,
    message: event.message.slice(0, maxMessageLength).toWellFormed(),
    count,
    firstTimestamp: seconds(firstAtMs),
    lastTimestamp: seconds(lastAtMs),
    source: { component, ...(instance !== undefined && { host: instance }) },
    reportingComponent: component,
    reportingInstance: instance ?? "",
  };
}

function involved({ about: { apiVersion, kind, metadata } }: RecordedEvent): object {
  const { name, namespace, uid } = metadata;
  return { apiVersion, kind, name, ...(namespace && { namespace }), ...(uid && { uid }) };
}

/** As `metav1.Time`: without fractions. */
function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
