import { type Clock, createSemaphore, type Logger, systemClock } from "@kubewarden-ts/base";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { abortedError, KubeError } from "../errors.ts";
import { answerError } from "./answer-error.ts";
import { readBody, readStart } from "./body.ts";
import { createDeadline } from "./deadline.ts";
import {
  isRepeatable,
  type KubeRequest,
  type KubeResponse,
  type MetadataOnly,
  withQuery,
} from "./request.ts";
import { withRetries } from "./retry.ts";
import { sendError } from "./send-error.ts";
import { createTransport, type RawAnswer } from "./transport.ts";

export interface KubeClientOptions {
  readonly log: Logger;
  /** `program/version`, for the API server's audit log */
  readonly userAgent: string;
  readonly clock?: Clock;
  /** requests at the same time, streams not counted, 32 unless told; the others wait */
  readonly maxConcurrent?: number;
  /** time limit of a request that sets none, in milliseconds; 30 s unless told */
  readonly timeoutMs?: number;
  /** largest answer of a request that sets none; 64 MiB unless told */
  readonly maxBytes?: number;
  /** until a connection stands, in milliseconds; 10 s unless told */
  readonly connectTimeoutMs?: number;
}

/** Requests to one API server. Bodies are bytes: nothing is parsed, so that numbers stay what they are. */
export interface KubeClient extends AsyncDisposable {
  readonly access: ClusterAccess;
  /**
   * Sends one request. Retries what may be repeated when the API server asks to; reads credentials anew once on 401.
   * @param path - from the API server's root, as `collectionPath` and `objectPath` make it
   * @throws {KubeError} for everything that is not 2xx, and for everything that goes wrong
   */
  request(path: string, request?: KubeRequest): Promise<KubeResponse>;
  /** @example const { body } = await client.get("/api/v1/namespaces/default", { signal }); */
  get(path: string, request?: Omit<KubeRequest, "method" | "body" | "contentType">): Promise<KubeResponse>;
  /**
   * Opens an answer that has no end, such as a watch. It takes no place among the requests.
   * @param options.timeoutMs - until the answer begins; how long it lasts is the caller's affair
   * @returns when the API server has accepted; leaving the loop over the chunks ends the stream
   */
  stream(
    path: string,
    options: Pick<KubeRequest, "query" | "metadataOnly" | "timeoutMs"> & { signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>;
}

const acceptWhole = "application/json";

function accepted(metadataOnly: MetadataOnly | undefined): string {
  if (metadataOnly === undefined) return acceptWhole;
  const kind = metadataOnly === "list" ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  return `application/json;as=${kind};g=meta.k8s.io;v=v1,${acceptWhole}`;
}

const mebibyte = 1024 * 1024;
const errorBytes = 64 * 1024;

/**
 * Makes a client; nothing is sent yet.
 * @example await using client = createKubeClient(access, { log, userAgent: "policy-server/1.0" });
 */
export function createKubeClient(access: ClusterAccess, options: KubeClientOptions): KubeClient {
  const { log, clock = systemClock, userAgent, maxConcurrent = 32, connectTimeoutMs = 10_000 } = options;
  const transport = createTransport(access, { connectTimeoutMs });
  const places = createSemaphore(maxConcurrent);
  const closing = new AbortController();

  /** The beginning of a successful answer. */
  async function open(path: string, request: KubeRequest, signal: AbortSignal): Promise<RawAnswer> {
    const answer = await send(path, request, signal);
    if (answer.status !== 401) return await checked(answer);
    await readStart(answer, errorBytes);
    access.forgetCredentials();
    return await checked(await send(path, request, signal));
  }

  async function send(path: string, request: KubeRequest, signal: AbortSignal): Promise<RawAnswer> {
    const { method = "GET", query, body, contentType = "application/json" } = request;
    const headers = { accept: accepted(request.metadataOnly), "user-agent": userAgent };
    const answer = await transport.send({
      method,
      path: withQuery(path, query),
      headers: body === undefined ? headers : { ...headers, "content-type": contentType },
      body,
      credentials: await access.credentials(signal),
      signal,
    });
    log.debug("answer of the API server", { method, path, status: answer.status });
    return answer;
  }

  async function once(path: string, request: KubeRequest, signal: AbortSignal): Promise<KubeResponse> {
    using _place = await place(signal);
    try {
      const answer = await open(path, request, signal);
      const maxBytes = request.maxBytes ?? options.maxBytes ?? 64 * mebibyte;
      const body = await readBody(answer, { maxBytes, into: request.into });
      return { status: answer.status, body };
    } catch (cause) {
      throw sendError(cause, access);
    }
  }

  async function place(signal: AbortSignal): Promise<Disposable> {
    try {
      return await places.acquire({ signal });
    } catch {
      throw abortedError(signal);
    }
  }

  async function request(path: string, request: KubeRequest = {}): Promise<KubeResponse> {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? 30_000;
    using deadline = createDeadline({ signal: request.signal, closing: closing.signal, timeoutMs });
    const { signal } = deadline;
    const deadlineMs = clock.now() + timeoutMs;
    const retry = { clock, signal, deadlineMs, repeatable: isRepeatable(request) };
    try {
      return await withRetries(() => once(path, request, signal), retry);
    } catch (cause) {
      throw deadline.error(cause);
    }
  }

  async function stream(
    path: string,
    { signal, timeoutMs = 30_000, ...request }: Parameters<KubeClient["stream"]>[1],
  ): Promise<AsyncIterable<Uint8Array>> {
    using deadline = createDeadline({ signal, closing: closing.signal, timeoutMs });
    try {
      const answer = await open(path, request, deadline.signal);
      return chunksOf(answer, (cause) => deadline.error(sendError(cause, access)));
    } catch (cause) {
      throw deadline.error(sendError(cause, access));
    }
  }

  return {
    access,
    request,
    get: (path, options) => request(path, options),
    stream,
    async [Symbol.asyncDispose]() {
      closing.abort(new KubeError("the client was closed", { code: "KUBE_CLOSED" }));
      await transport[Symbol.asyncDispose]();
    },
  };
}

async function* chunksOf({ body }: RawAnswer, translate: (cause: unknown) => unknown) {
  try {
    yield* body;
  } catch (cause) {
    throw translate(cause);
  }
}

async function checked(answer: RawAnswer): Promise<RawAnswer> {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const retryAfter = answer.headers["retry-after"];
  const body = await readStart(answer, errorBytes);
  throw answerError(answer.status, body, typeof retryAfter === "string" ? retryAfter : undefined);
}
