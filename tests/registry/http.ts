import type { IncomingHttpHeaders } from "node:http";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { buffer } from "node:stream/consumers";

/** One request of a test's set-up. */
export interface HttpRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** the authority to trust, as PEM; the system's without */
  ca?: string | undefined;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request on a connection of its own: nothing of it outlives the answer. */
export async function send({ method, url, headers, body, ca, signal }: HttpRequest): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const secure = url.startsWith("https:");
  const agent = secure ? new HttpsAgent({ ...(ca === undefined ? {} : { ca }) }) : new HttpAgent();
  const options = { method, agent, headers: headers ?? {}, ...(signal === undefined ? {} : { signal }) };
  (secure ? httpsRequest : httpRequest)(url, options, async (response) => {
    const status = response.statusCode ?? 0;
    resolve({ status, headers: response.headers, body: await buffer(response) });
  })
    .on("error", reject)
    .end(body);
  return promise;
}
