import type { AttributeValue } from "../attributes.ts";

/** What a span is known by in other processes (W3C Trace Context). */
export interface SpanContext {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** 16 hex digits, not all zero. */
  readonly spanId: string;
  /** Whether the span is exported. */
  readonly sampled: boolean;
  /** Of other tracing systems; handed on as it came. */
  readonly traceState?: string | undefined;
  /** It came from another process. */
  readonly isRemote?: boolean;
}

/** `server`: work for a request from outside. */
export type SpanKind = "internal" | "server";

/** A span as it is exported. */
export interface FinishedSpan {
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: readonly (readonly [string, AttributeValue])[];
  readonly failed: boolean;
}
