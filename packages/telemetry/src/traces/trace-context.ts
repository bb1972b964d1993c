import type { SpanContext } from "./span.ts";

const maxTraceStateLength = 512;

/**
 * Reads the W3C Trace Context of a request.
 * @returns `undefined` when there is none that can be continued: the request is then the root of a trace
 */
export function readTraceContext(headers: {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}): SpanContext | undefined {
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(
    headers.traceparent?.trim() ?? "",
  );
  const [, version, traceId = "", spanId = "", flags = "", more] = parts ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const sampled = (Number.parseInt(flags, 16) & 1) === 1;
  return { traceId, spanId, sampled, isRemote: true, ...traceStateOf(headers.tracestate) };
}

function traceStateOf(header: string | undefined): { traceState?: string } {
  const isUsable = header !== undefined && header !== "" && header.length <= maxTraceStateLength;
  return isUsable ? { traceState: header } : {};
}
