import { createHash } from "node:crypto";
import type { Clock } from "@kubewarden-ts/base";
import type { RecordedEvent } from "./event-recorder.ts";

/** Events that are one object: what happened, how often, from when to when. */
export interface EventSeries {
  /** of the Event object; the same for the same event, also in another process */
  readonly name: string;
  readonly event: RecordedEvent;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface EventSeriesBook {
  /** Counts an event; `undefined` when its object has had too many of late. */
  add(event: RecordedEvent): EventSeries | undefined;
}

/** The API server forgets an Event after an hour; so do we. */
const seriesMs = 60 * 60 * 1000;
const maxSeries = 4096;
/** So many different messages for one reason within ten minutes are told apart; what comes after is one Event. */
const maxMessages = 10;
const messagesMs = 10 * 60 * 1000;
/** For one object: a burst of 25, then one in 5 minutes; as client-go. */
const burst = 25;
const refillMs = 5 * 60 * 1000;

interface Budget {
  left: number;
  atMs: number;
}

/** Counts what repeats, and holds back what comes in floods, by the numbers of client-go. */
export function createEventSeriesBook(clock: Clock): EventSeriesBook {
  const series = new Map<string, EventSeries>();
  const messages = new Map<string, { sinceMs: number; seen: Set<string> }>();
  const budgets = new Map<string, Budget>();

  function mayPass(object: string): boolean {
    const now = clock.now();
    const budget = budgets.get(object) ?? { left: burst, atMs: now };
    const refilled = Math.min(burst, budget.left + (now - budget.atMs) / refillMs);
    remember(budgets, object, { left: Math.max(refilled - 1, refilled < 1 ? refilled : 0), atMs: now });
    return refilled >= 1;
  }

  /** The event itself, or the one that stands for all with its reason. */
  function combined(event: RecordedEvent, kind: string): { key: string; event: RecordedEvent } {
    const now = clock.now();
    const known = messages.get(kind);
    const recent =
      known !== undefined && now - known.sinceMs < messagesMs
        ? known
        : { sinceMs: now, seen: new Set<string>() };
    if (recent.seen.has(event.message) || recent.seen.size < maxMessages) {
      recent.seen.add(event.message);
      remember(messages, kind, recent);
      return { key: `${kind}/${event.message}`, event };
    }
    return {
      key: kind,
      event: { ...event, message: `(combined from similar events): ${event.message}` },
    };
  }

  return {
    add(given) {
      const { uid, name, namespace = "" } = given.about.metadata;
      const object = `${given.about.kind}/${namespace}/${name}/${uid ?? ""}`;
      if (!mayPass(object)) return undefined;
      const { key, event } = combined(given, `${object}/${given.type}/${given.reason}`);
      const now = clock.now();
      const before = series.get(key);
      const isGoing = before !== undefined && now - before.lastAtMs < seriesMs;
      const next: EventSeries = {
        name: eventName(name, key),
        event,
        count: isGoing ? before.count + 1 : 1,
        firstAtMs: isGoing ? before.firstAtMs : now,
        lastAtMs: now,
      };
      remember(series, key, next);
      return next;
    },
  };
}

/** Keeps the latest. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= maxSeries) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** A name that the API server takes, however long that of the object is. */
function eventName(object: string, key: string): string {
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return `${object.slice(0, 200).replace(/[^a-z0-9]+$/, "")}.${hash}`;
}
