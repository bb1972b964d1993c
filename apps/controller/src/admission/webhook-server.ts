import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createSemaphore, errorText, type Logger, osErrorText } from "@kubewarden-ts/base";
import type { WatchOptions } from "@kubewarden-ts/base/node";
import { type ServerTls, useSecureContext } from "@kubewarden-ts/x509/tls";
import { ControllerError } from "../errors.ts";
import {
  type AdmissionContext,
  answerReview,
  busyAnswer,
  maxReviewBytes,
  type ReviewAnswer,
  type ReviewDeps,
} from "./admit.ts";
import { type BodyIntake, createBodyIntake } from "./body-intake.ts";
import { type AdmissionRoute, admissionRoute } from "./routes.ts";

/** A review that was answered, for metrics. */
export interface AnsweredReview {
  /** path of the webhook */
  readonly webhook: string;
  /** 200 when the object was admitted, else that of the refusal */
  readonly code: number;
  readonly durationMs: number;
}

export interface WebhookServerOptions {
  /** all addresses without */
  readonly host?: string | undefined;
  /** 0: any free port */
  readonly port: number;
  /** what `openServerTls` read; with client authorities, clients must show a certificate */
  readonly certificates: ServerTls;
  /** how often the files of the certificates are looked at */
  readonly watching?: WatchOptions;
  readonly context: AdmissionContext;
  readonly log: Logger;
  readonly observe?: (review: AnsweredReview) => void;
}

export interface WebhookServer extends AsyncDisposable {
  /** the port that was bound */
  readonly port: number;
}

/** The API server keeps idle connections for 90 s: it must be the one that closes them. */
const keepAliveTimeoutMs = 130_000;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Shorter than the 10 s that the API server waits, so that it hears why there is no better answer. */
const reviewTimeoutMs = 8_000;
const handshakeTimeoutMs = 10_000;
/** There are a few API servers; each connection may hold a whole review. */
const maxConnections = 256;
/** Large bodies take up to 16 × 7 MiB, small ones 16 MiB on all connections. */
const bodies = { maxBytes: maxReviewBytes, atOnce: 16, smallBytes: 65_536 };
/** Writes that are not stored, of all reviews together: the API server has more to do. */
const maxDryRuns = 8;
/** How long requests may go on when the server is to end. */
const drainMs = 5_000;

/**
 * Serves the ten webhooks for our own kinds over TLS (controller.md 2.1). New connections use the certificates as they
 * are by then.
 * @throws {ControllerError} `CONTROLLER_BIND_FAILED`
 */
export async function startWebhookServer(options: WebhookServerOptions): Promise<WebhookServer> {
  const { certificates, log, watching = {} } = options;
  const closing = new AbortController();
  const shared = { intake: createBodyIntake(bodies), dryRuns: createSemaphore(maxDryRuns) };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void serve(request, response, { ...options, ...shared, closing: closing.signal });
  };
  const limits = {
    keepAliveTimeout: keepAliveTimeoutMs,
    handshakeTimeout: handshakeTimeoutMs,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
  };
  const server = createServer({ ...limits, ...certificates.options }, listener);
  useSecureContext(server, certificates.options);
  server.maxConnections = maxConnections;
  server.on("tlsClientError", (error) => log.debug("TLS handshake failed", { error: error.message }));
  const port = await listen(server, options);
  const rotation = certificates.keepCurrent((tls) => useSecureContext(server, tls), watching);
  return {
    port,
    async [Symbol.asyncDispose]() {
      rotation[Symbol.dispose]();
      await close(server);
      closing.abort();
    },
  };
}

type ServeOptions = WebhookServerOptions &
  Pick<ReviewDeps, "dryRuns"> & { readonly intake: BodyIntake; readonly closing: AbortSignal };

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const { log, observe } = options;
  const route = admissionRoute(request.url ?? "");
  if (route === undefined) {
    request.resume();
    return send(response, 404, { message: "there is no webhook at this path", code: 404 });
  }
  const startedMs = performance.now();
  try {
    const { review, code } = await answered(route, request, options);
    send(response, 200, review);
    const [webhook = ""] = (request.url ?? "").split("?", 1);
    observe?.({ webhook, code, durationMs: performance.now() - startedMs });
  } catch (error) {
    // the connection broke: there is nobody left to answer
    log.debug("admission review was broken off", { error: errorText(error) });
    response.destroy();
  }
}

/** Reading counts too: the API server waits for all of it. */
async function answered(
  route: AdmissionRoute,
  request: IncomingMessage,
  { context, dryRuns, intake, closing }: ServeOptions,
): Promise<ReviewAnswer> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(reviewTimeoutMs)]);
  const reading = await intake.read(request, { signal });
  if (reading.kind === "busy") {
    request.resume();
    return busyAnswer();
  }
  const body = reading.kind === "read" ? reading.body : undefined;
  const contentType = request.headers["content-type"];
  return await answerReview(route, { contentType, body }, { context, dryRuns, signal });
}

function send(response: ServerResponse, status: number, value: object): void {
  const content = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json", "content-length": content.byteLength });
  response.end(content);
}

function listen(server: Server, { host, port }: WebhookServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      const message = `cannot listen on ${host ?? ""}:${port} for webhooks: ${osErrorText(cause)}`;
      reject(new ControllerError(message, { code: "CONTROLLER_BIND_FAILED", cause }));
    };
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      // never a pipe here, so the address is not a text
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Takes no more connections, and cuts those that are left after a while. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
