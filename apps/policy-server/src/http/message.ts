import type { Logger } from "@kubewarden-ts/base";
import type { SpanContext } from "@kubewarden-ts/telemetry";

/** What a handler gets: plain data, so tests call it without a socket. */
export interface HttpRequest {
  /** The `{policy_id}` of the path, percent-decoded; `""` for routes without one. */
  readonly policyId: string;
  /** The whole body, unread: only the evaluator's workers parse it. */
  readonly body: Uint8Array;
  /** How long the evaluation may take, in milliseconds, when the query tells the caller's patience (`?timeout=10s`). */
  readonly timeoutMs?: number;
  /** For lines about the request; made when there is one. */
  readonly log?: () => Logger;
  /** Parent of the spans of what is done for it. */
  readonly span?: SpanContext | undefined;
  /** Of GET requests: what follows `?`, as sent. */
  readonly query?: string;
}

/** What a handler answers. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In place of `body`, what is no text. */
  readonly bytes?: Uint8Array;
}

export type Handler = (request: HttpRequest) => Promise<HttpResponse>;

/** An answer without a body, such as an unknown path's 404. */
export function emptyResponse(status: number, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body: "" };
}

export function jsonResponse(status: number, value: unknown): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** `{"message":"…","status":…}`: the body of all errors; upstream mixes this and plain text (policy-server 4.2). */
export function errorResponse(status: number, message: string): HttpResponse {
  return jsonResponse(status, { message, status });
}
