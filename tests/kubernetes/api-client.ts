import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import * as v from "valibot";

/** What tests look at in an object of the API; the rest is as the server sent it. */
const ApiObject = v.looseObject({
  metadata: v.optional(
    v.looseObject({
      name: v.optional(v.string(), ""),
      namespace: v.optional(v.string()),
      uid: v.optional(v.string(), ""),
      resourceVersion: v.optional(v.string(), ""),
    }),
    { name: "", uid: "", resourceVersion: "" },
  ),
});
export type ApiObject = v.InferOutput<typeof ApiObject>;

const WatchEvent = v.object({ type: v.string(), object: ApiObject });
export type WatchEvent = v.InferOutput<typeof WatchEvent>;

/** An answer of the API server, whatever its status. */
export interface ApiAnswer {
  status: number;
  /** the object; on a failure a `Status` whose `message` says why */
  body: ApiObject;
  /** texts of the headers `Warning`, such as `299 - "this version is deprecated"` */
  warnings: string[];
}

export interface ApiRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** of a patch: `application/merge-patch+json` without */
  contentType?: string;
  signal?: AbortSignal;
}

/** One user of one API server: enough of a client for the set-up of tests, and to see what really lies there. */
export interface ApiClient {
  /**
   * Sends a request.
   * @param path - with its query, such as `/api/v1/namespaces?limit=1`
   */
  request(path: string, options?: ApiRequest): Promise<ApiAnswer>;
  /** The object at a path. @throws {Error} for any status but 2xx, with the server's message */
  get(path: string): Promise<ApiObject>;
  /** Creates an object in a collection. @throws {Error} for any status but 2xx, with the server's message */
  create(path: string, body: unknown): Promise<ApiObject>;
  /** Merges a patch into an object. @throws {Error} for any status but 2xx, with the server's message */
  patch(path: string, body: unknown): Promise<ApiObject>;
  /** Deletes an object. @throws {Error} for any status but 2xx, with the server's message */
  delete(path: string): Promise<ApiObject>;
  /**
   * The changes of a collection from now on, until the signal is aborted.
   * @param path - of the collection, such as `/api/v1/namespaces/x/configmaps`
   */
  watch(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent>;
}

type Send = (path: string, request: ApiRequest) => Promise<IncomingMessage>;

/** Makes a client that says who it is by a bearer token. */
export function apiClient(access: { url: string; ca: string; token: string }): ApiClient {
  const send = senderOf(access);
  const request = async (path: string, options: ApiRequest = {}): Promise<ApiAnswer> => {
    const response = await send(path, options);
    const body = v.parse(ApiObject, parseBody(await text(response)));
    const warnings = response.headersDistinct["warning"] ?? [];
    return { status: response.statusCode ?? 0, body, warnings };
  };
  const succeed = async (path: string, options: ApiRequest): Promise<ApiObject> => {
    const { status, body } = await request(path, options);
    if (status >= 200 && status < 300) return body;
    throw new Error(
      `${options.method} ${path}: status ${status}: ${body["message"] ?? JSON.stringify(body)}`,
    );
  };
  return {
    request,
    get: (path) => succeed(path, { method: "GET" }),
    create: (path, body) => succeed(path, { method: "POST", body }),
    patch: (path, body) => succeed(path, { method: "PATCH", body }),
    delete: (path) => succeed(path, { method: "DELETE" }),
    watch: (path, signal) => watch(send, path, signal),
  };
}

function senderOf({ url, ca, token }: { url: string; ca: string; token: string }): Send {
  const agent = new Agent({ ca, keepAlive: true });
  return (path, { method = "GET", body, contentType, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const standardType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": contentType ?? standardType }),
    };
    httpsRequest(url + path, { agent, method, headers, ...(signal && { signal }) }, resolve)
      .on("error", reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  };
}

async function* watch(send: Send, path: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  const separator = path.includes("?") ? "&" : "?";
  const response = await send(`${path}${separator}watch=true`, { signal });
  if (response.statusCode !== 200) throw new Error(`watch of ${path}: status ${response.statusCode}`);
  for await (const line of createInterface({ input: response })) yield v.parse(WatchEvent, JSON.parse(line));
}

/** Some answers, such as those of `/version` or of a proxy, are no JSON. */
function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return { message: body };
  }
}
