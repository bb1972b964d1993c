import { isJson } from "./content-type.ts";
import {
  emptyResponse,
  errorResponse,
  type Handler,
  type HttpRequest,
  type HttpResponse,
} from "./message.ts";
import { decodeSegment } from "./percent-decoding.ts";
import { timeoutParameter } from "./timeout-parameter.ts";

/** One route: a fixed path, or a prefix with one path segment after it, the policy id. */
export interface Route {
  readonly path: `/${string}`;
  /** `policy-id`: one more, non-empty segment follows `path`. */
  readonly parameter: "none" | "policy-id";
  /** GET answers HEAD too, and takes no body. */
  readonly method: "GET" | "POST";
  readonly handle: Handler;
}

/** The part of a request that is there before its body. */
export interface RequestHead {
  readonly method: string;
  /** The request target as sent: path and query. */
  readonly target: string;
  readonly contentType: string | undefined;
}

/** What to do with a request once its head is known. */
export type Dispatch =
  | { kind: "answer"; response: HttpResponse }
  | { kind: "handle"; route: Route; request: Omit<HttpRequest, "body"> };

/** The checks that need no body, in the order of policy-server 4.2. */
export function dispatch(routes: readonly Route[], head: RequestHead): Dispatch {
  const { path, query } = splitTarget(head.target);
  const route = routes.find((candidate) => matches(candidate, path));
  if (route === undefined) return answer(emptyResponse(404));
  if (!allowedMethods(route).includes(head.method)) {
    return answer(emptyResponse(405, { allow: allowedMethods(route).join(",") }));
  }
  const policyId = route.parameter === "none" ? "" : decodeSegment(lastSegment(path));
  if (policyId === undefined) return answer(errorResponse(400, "Invalid URL: Invalid UTF-8 in `policy_id`"));
  if (route.method === "POST" && !isJson(head.contentType)) {
    return answer(errorResponse(415, "Expected request with `Content-Type: application/json`"));
  }
  const timeoutMs = query === "" ? undefined : timeoutParameter(query);
  const request = {
    policyId,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(route.method === "GET" && query !== "" && { query }),
  };
  return { kind: "handle", route, request };
}

function answer(response: HttpResponse): Dispatch {
  return { kind: "answer", response };
}

/** Proxies may send the absolute form, `http://host/path`. */
function splitTarget(target: string): { path: string; query: string } {
  const local = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?#]*/i, "");
  const end = local.search(/[?#]/);
  return end < 0 ? { path: local, query: "" } : { path: local.slice(0, end), query: local.slice(end + 1) };
}

function matches({ path: prefix, parameter }: Route, path: string): boolean {
  if (parameter === "none") return path === prefix;
  return path.startsWith(`${prefix}/`) && /^[^/]+$/.test(path.slice(prefix.length + 1));
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function allowedMethods({ method }: Route): string[] {
  return method === "GET" ? ["GET", "HEAD"] : [method];
}
