import type { IncomingMessage } from "node:http";
import type { Logger } from "@kubewarden-ts/base";
import { readTraceContext, type SpanContext, type Tracer } from "@kubewarden-ts/telemetry";

/** One HTTP request, as logs and traces see it. */
export interface RequestScope {
  /** For lines about the request; made when there is one. */
  readonly log: () => Logger;
  /** Parent of the spans of what is done for it. */
  readonly span: SpanContext | undefined;
  /** To be called once the answer is known. */
  finished(status: number): void;
}

export interface RequestScopeDeps {
  readonly log: Logger;
  readonly tracer?: Tracer | undefined;
  /** Monotonic time in milliseconds. */
  readonly clock: () => number;
}

/**
 * Begins span `request` (policy-server 11, 12.1), as part of the caller's trace where there is one; at the end come the line
 * `finished processing request`, and `response failed` for a 5xx.
 */
export function requestScope(
  request: IncomingMessage,
  { log: outer, tracer, clock }: RequestScopeDeps,
): RequestScope {
  const startMs = clock();
  const span = tracer?.start({ name: "request", kind: "server", parent: callerOf(request) });
  let scoped: Logger | undefined;
  const log = (): Logger => {
    scoped ??= outer.child({ span: { name: "request", fields: fieldsOf(request) } });
    return scoped;
  };
  return {
    log,
    span: span?.context,
    finished(status) {
      span?.end({ attributes: { ...fieldsOf(request), status }, failed: status >= 500 });
      if (status < 500 && !outer.enabled("info")) return;
      const latency = `${Math.round(clock() - startMs)} ms`;
      log().info("finished processing request", { latency, status });
      if (status >= 500)
        log().error("response failed", { classification: `Status code: ${status}`, latency });
    },
  };
}

function fieldsOf({ method = "", url: uri = "", httpVersion }: IncomingMessage) {
  return { method, uri, version: `HTTP/${httpVersion}` };
}

function callerOf({ headers: { traceparent, tracestate } }: IncomingMessage): SpanContext | undefined {
  if (typeof traceparent !== "string") return undefined;
  return readTraceContext({ traceparent, tracestate: tracestate?.toString() });
}
