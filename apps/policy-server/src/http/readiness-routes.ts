import { prometheusContentType } from "@kubewarden-ts/telemetry";
import { emptyResponse, type HttpResponse, jsonResponse } from "./message.ts";
import type { Route } from "./router.ts";

export interface ReadinessRouteDeps {
  /** Asked at each request. */
  readonly isReady: () => boolean;
  /** What `GET /policies` answers; without it there is no such route. */
  readonly policies?: (() => unknown) | undefined;
  /** What `GET /metrics` answers, in Prometheus' text format; without it there is no such route. */
  readonly metrics?: (() => string) | undefined;
}

/**
 * `GET /readiness`: 200 with an empty body, 503 while the server shuts down. Before it is ready the listener is not bound.
 * `GET /livez`: 200 for as long as the process answers, also while it shuts down; upstream has no such route.
 * When they are switched on: `GET /policies`, how each policy is, and `GET /metrics`.
 */
export function readinessRoutes({ isReady, policies, metrics }: ReadinessRouteDeps): Route[] {
  const readiness = async () => emptyResponse(isReady() ? 200 : 503);
  const common = { parameter: "none", method: "GET" } as const;
  return [
    { path: "/readiness", ...common, handle: readiness },
    { path: "/livez", ...common, handle: async () => emptyResponse(200) },
    ...(policies === undefined
      ? []
      : [{ path: "/policies" as const, ...common, handle: async () => jsonResponse(200, policies()) }]),
    ...(metrics === undefined
      ? []
      : [{ path: "/metrics" as const, ...common, handle: async () => textResponse(metrics()) }]),
  ];
}

function textResponse(body: string): HttpResponse {
  return { status: 200, headers: { "content-type": prometheusContentType }, body };
}
