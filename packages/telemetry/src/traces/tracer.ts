import { randomFillSync } from "node:crypto";
import { type Attributes, presentAttributes } from "../attributes.ts";
import type { Sampler } from "./sampler.ts";
import type { FinishedSpan, SpanContext, SpanKind } from "./span.ts";

export interface StartSpan {
  readonly name: string;
  readonly parent?: SpanContext | undefined;
  /** `internal` unless told. */
  readonly kind?: SpanKind;
  /** Milliseconds since 1970; now unless told. */
  readonly startMs?: number;
}

/** A piece of work under way. */
export interface Span {
  /** What children are started with. */
  readonly context: SpanContext;
  /** @param end.endMs - milliseconds since 1970; now unless told */
  end(end?: { attributes?: Attributes; failed?: boolean; endMs?: number }): void;
}

export interface Tracer {
  start(span: StartSpan): Span;
  /** Milliseconds since 1970, with fractions: the clock of the spans. */
  readonly nowMs: () => number;
}

/**
 * @param options.export - takes each span that ended and is sampled; must return at once
 */
export function createTracer(options: {
  sampler: Sampler;
  nowMs: () => number;
  export: (span: FinishedSpan) => void;
}): Tracer {
  const { sampler, nowMs } = options;
  const nextId = idSource();
  return {
    nowMs,
    start({ name, parent, kind = "internal", startMs = nowMs() }) {
      const traceId = parent?.traceId ?? nextId(16);
      // what a process decided about its request is the same for all of its spans
      const sampled = parent !== undefined && !parent.isRemote ? parent.sampled : sampler(traceId, parent);
      const traceState = parent?.traceState;
      const context: SpanContext = {
        ...{ traceId, spanId: nextId(8), sampled },
        ...(traceState !== undefined && { traceState }),
      };
      return {
        context,
        end({ attributes = {}, failed = false, endMs = nowMs() } = {}) {
          if (!sampled) return;
          const present = presentAttributes(attributes);
          options.export({ context, parent, name, kind, startMs, endMs, attributes: present, failed });
        },
      };
    },
  };
}

/** Random ids in hex; asking for random bytes one id at a time would take longer than the rest of a span. */
function idSource(): (bytes: number) => string {
  const pool = Buffer.alloc(4096);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const id = pool.toString("hex", used, used + bytes);
    used += bytes;
    return /^0+$/.test(id) ? `${id.slice(0, -1)}1` : id;
  };
}
