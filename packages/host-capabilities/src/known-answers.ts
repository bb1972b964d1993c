import { isStampValid } from "@kubewarden-ts/base";
import type { CapabilityAnswer, Validity } from "./capability.ts";
import type { PerformedAnswer } from "./dispatcher.ts";

/**
 * Answers that this worker has for one policy, by what was asked. What is still valid is answered at once: a guest that
 * waits needs an instance of its own, and a way to the main thread and back. A list is sent once for each state it has:
 * every sending of shared memory is kept alive until the garbage of the worker is collected.
 */
export interface KnownAnswers {
  /** An answer that may be given again, with no look at anything else. */
  valid(key: string): PerformedAnswer | undefined;
  /** The version of an answer that is kept, valid or not. */
  version(key: string): number | undefined;
  /** Takes a new answer in; where it has no bytes, those that are kept are still right. */
  take(key: string, answer: CapabilityAnswer): CapabilityAnswer;
}

interface Known {
  readonly answer: PerformedAnswer;
  readonly expiresMs: number;
}

/** Questions that a policy asks again and again; more are asked anew. */
const maxAnswers = 64;
/** Of all answers together; the newest is kept whatever its size, because asking for a long list again costs most. */
const maxBytes = 8 * 1024 * 1024;
/** An answer that is not shared with others is kept only when it is small. */
const maxOwnBytes = 16 * 1024;

/** @param now - a clock in milliseconds */
export function createKnownAnswers(now: () => number): KnownAnswers {
  const known = new Map<string, Known>();
  let keptBytes = 0;

  const drop = (key: string): void => {
    keptBytes -= known.get(key)?.answer.bytes.length ?? 0;
    known.delete(key);
  };

  const keep = (key: string, answer: PerformedAnswer): void => {
    const { bytes, validity } = answer;
    drop(key);
    const isShared = bytes.buffer instanceof SharedArrayBuffer;
    const isUseful = validity !== undefined || answer.version !== undefined;
    if (!isUseful || (!isShared && bytes.length > maxOwnBytes)) return;
    known.set(key, { answer, expiresMs: validity?.kind === "for" ? now() + validity.ms : 0 });
    keptBytes += bytes.length;
    for (const oldest of known.keys()) {
      if (oldest === key || (known.size <= maxAnswers && keptBytes <= maxBytes)) break;
      drop(oldest);
    }
  };

  return {
    valid(key) {
      const found = known.get(key);
      return found !== undefined && isValid(found.answer.validity, found.expiresMs, now)
        ? found.answer
        : undefined;
    },
    version: (key) => known.get(key)?.answer.version,
    take(key, answer) {
      const { bytes = known.get(key)?.answer.bytes } = answer;
      if (bytes === undefined) return answer;
      const complete = { ...answer, bytes };
      keep(key, complete);
      return complete;
    },
  };
}

function isValid(validity: Validity | undefined, expiresMs: number, now: () => number): boolean {
  switch (validity?.kind) {
    case undefined:
      return false;
    case "for":
      return now() < expiresMs;
    case "stamp":
      return isStampValid(validity.stamp);
  }
}
