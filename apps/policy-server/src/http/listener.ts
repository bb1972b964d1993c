import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions, Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Tracer } from "@kubewarden-ts/telemetry";
import { useSecureContext } from "@kubewarden-ts/x509/tls";
import { readBody } from "./body.ts";
import { evaluationTimeMs } from "./caller-deadline.ts";
import { errorResponse, type HttpResponse } from "./message.ts";
import { type RequestScope, requestScope } from "./request-scope.ts";
import { dispatch, type Route } from "./router.ts";

/** What a client may take of a listener before it has sent a whole request. */
export interface ConnectionLimits {
  /** Node's 5 s are shorter than the 90 s the API server keeps idle connections, which would then break under its requests. */
  readonly keepAliveTimeoutMs: number;
  readonly handshakeTimeoutMs: number;
  /** From the connection, or the first byte of a later request, to the end of the header. */
  readonly headersTimeoutMs: number;
  /** The same, to the end of the body. */
  readonly requestTimeoutMs: number;
  /** How often the two limits above are looked at. */
  readonly checkIntervalMs: number;
  readonly maxHeaderBytes: number;
  /** Open connections; more are closed at once. */
  readonly maxConnections: number;
}

const defaultConnectionLimits: ConnectionLimits = {
  keepAliveTimeoutMs: 130_000,
  handshakeTimeoutMs: 15_000,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
  checkIntervalMs: 5_000,
  maxHeaderBytes: 16 * 1024,
  maxConnections: 10_000,
};

export interface HttpServerOptions {
  /** IP address without brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly maxBodyBytes: number;
  readonly log: Logger;
  /** Makes a span of each request. */
  readonly tracer?: Tracer | undefined;
  /** HTTPS with these; plain HTTP without. */
  readonly tls?: TlsOptions;
  readonly limits?: Partial<ConnectionLimits>;
  /** Monotonic time in milliseconds. */
  readonly clock?: () => number;
}

export interface HttpServer extends AsyncDisposable {
  /** The port that was bound. */
  readonly port: number;
  /** Has new connections use other certificates; what is open goes on. */
  useTls(this: void, tls: TlsOptions): void;
  /**
   * Refuses new connections, lets running requests finish and closes idle connections.
   * @param timeoutMs - then the connections that are left are cut
   * @returns whether all requests were finished in time
   */
  drain(timeoutMs: number): Promise<boolean>;
}

/**
 * Binds a listener and serves the routes.
 * @throws the system's error when the address cannot be bound
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const clock = options.clock ?? (() => performance.now());
  const state = { draining: false };
  const limits = { ...defaultConnectionLimits, ...options.limits };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void serveRequest(request, response, { ...options, clock, state });
  };
  const server =
    options.tls === undefined
      ? createServer(httpOptions(limits), listener)
      : secureServer({ ...httpOptions(limits), ...options.tls }, listener);
  server.maxConnections = limits.maxConnections;
  server.on("drop", () => options.log.warn("too many connections", { limit: limits.maxConnections }));
  server.on("tlsClientError", (error) => options.log.debug("TLS handshake failed", { error: error.message }));
  const port = await listen(server, options);
  const drain = (timeoutMs: number): Promise<boolean> => {
    state.draining = true;
    return closeWithin(server, timeoutMs);
  };
  const useTls = (tls: TlsOptions): void => {
    if (server instanceof TlsServer) useSecureContext(server, tls);
  };
  return { port, useTls, drain, [Symbol.asyncDispose]: async () => void (await drain(0)) };
}

function httpOptions(limits: ConnectionLimits): ServerOptions {
  return {
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    handshakeTimeout: limits.handshakeTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    maxHeaderSize: limits.maxHeaderBytes,
  };
}

function secureServer(tls: ServerOptions, listener: RequestListener): Server {
  const server = createTlsServer(tls, listener);
  useSecureContext(server, tls);
  return server;
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      // never a pipe here, so the address is not a text
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeWithin(server: Server, timeoutMs: number): Promise<boolean> {
  if (!server.listening) return Promise.resolve(true);
  return new Promise((resolve) => {
    let inTime = true;
    const cut = (): void => {
      inTime = false;
      server.closeAllConnections();
    };
    const timer = setTimeout(cut, timeoutMs);
    server.close(() => {
      clearTimeout(timer);
      resolve(inTime);
    });
  });
}

type ServeContext = HttpServerOptions & { clock: () => number; state: { draining: boolean } };

async function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServeContext,
): Promise<void> {
  const scope = requestScope(request, context);
  const answer = await answerTo(request, scope, context).catch((error: unknown) => {
    scope.log().error("request handler failed", { error: errorText(error) });
    return errorResponse(500, "Something went wrong");
  });
  scope.finished(answer.status);
  send(response, answer, context.state.draining);
}

async function answerTo(
  request: IncomingMessage,
  { log, span }: RequestScope,
  { routes, maxBodyBytes, clock }: ServeContext,
): Promise<HttpResponse> {
  const startedMs = clock();
  const { method = "", url: target = "", headers } = request;
  const found = dispatch(routes, { method, target, contentType: headers["content-type"] });
  if (found.kind === "answer") return found.response;
  if (found.route.method === "GET") return found.route.handle({ ...found.request, body: new Uint8Array() });
  const body = await readBody(request, maxBodyBytes);
  switch (body.kind) {
    case "complete":
      return found.route.handle({
        ...withTimeLeft(found.request, clock() - startedMs),
        body: body.bytes,
        log,
        ...(span && { span }),
      });
    case "too-large":
      return errorResponse(413, "Failed to buffer the request body: length limit exceeded");
    case "broken":
      return errorResponse(400, `Failed to buffer the request body: ${body.error.message}`);
  }
}

function withTimeLeft<Request extends { timeoutMs?: number }>(request: Request, elapsedMs: number): Request {
  const { timeoutMs } = request;
  return timeoutMs === undefined
    ? request
    : { ...request, timeoutMs: evaluationTimeMs(timeoutMs, elapsedMs) };
}

function send(response: ServerResponse, { status, headers, body, bytes }: HttpResponse, last: boolean): void {
  const content = bytes ?? Buffer.from(body);
  response.writeHead(status, {
    ...headers,
    "content-length": content.byteLength,
    ...(last && { connection: "close" }),
  });
  // Node.js leaves the body out when the method was HEAD
  response.end(content);
}
