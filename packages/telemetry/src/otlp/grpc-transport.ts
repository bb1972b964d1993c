import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { ExporterSettings } from "./exporter-settings.ts";
import { compress, failed, maxAnswerBytes, type SendResult, type Transport } from "./transport.ts";

const services = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
} as const;

/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const retryable = new Set([1, 4, 8, 10, 11, 14, 15]);

/** Its header has room for eight digits. */
const maxGrpcTimeout = 99_999_999;

/** OTLP over gRPC: one unary call per request, over one HTTP/2 connection that is opened again when it broke. */
export function createGrpcTransport(settings: ExporterSettings, userAgent: string): Transport {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    const { host, protocol } = settings.url;
    const opened = connect(`${protocol}//${host}`, { ...settings.tls });
    // the call that is under way tells of it
    opened.on("error", () => {});
    opened.on("goaway", () => opened.close());
    opened.unref();
    session = opened;
    return opened;
  };
  return {
    async send(body, { timeoutMs, signal }) {
      const framed = await frame(body, settings.compression);
      if (signal.aborted) return failed("stopped", false);
      return call(open(), framed, { settings, userAgent, timeoutMs, signal });
    },
    close: () => session?.destroy(),
  };
}

/** One message with its prefix: a flag for compression, and the length. */
async function frame(body: Uint8Array, compression: ExporterSettings["compression"]): Promise<Buffer> {
  const isCompressed = compression === "gzip";
  const message = isCompressed ? await compress(body) : body;
  const prefix = Buffer.alloc(5);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function call(
  session: ClientHttp2Session,
  framed: Buffer,
  {
    settings,
    userAgent,
    timeoutMs,
    signal,
  }: { settings: ExporterSettings; userAgent: string; timeoutMs: number; signal: AbortSignal },
): Promise<SendResult> {
  return new Promise((resolve) => {
    const finish = (result: SendResult): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      session.off("error", broke);
      resolve(result);
    };
    const cancel = (result: SendResult): void => {
      finish(result);
      stream?.close(constants.NGHTTP2_CANCEL);
    };
    const broke = (error: Error): void => finish(failed(error.message, true));
    const stop = (): void => cancel(failed("stopped", false));
    const timer = setTimeout(() => {
      cancel(failed(`no answer within ${timeoutMs} ms`, true));
      // nobody answered a connection that may never have been made
      session.destroy();
    }, timeoutMs);
    let stream: ClientHttp2Stream | undefined;
    session.once("error", broke);
    signal.addEventListener("abort", stop, { once: true });
    try {
      stream = session.request(requestHeaders(settings, userAgent, timeoutMs));
    } catch (error) {
      return finish(failed(String(error), true));
    }
    readAnswer(stream, finish);
    stream.end(framed);
  });
}

function requestHeaders(
  { signal, compression, headers }: ExporterSettings,
  userAgent: string,
  timeoutMs: number,
): Record<string, string> {
  return {
    ...headers,
    ":method": "POST",
    ":path": services[signal],
    "content-type": "application/grpc",
    te: "trailers",
    "user-agent": userAgent,
    "grpc-timeout": `${Math.min(timeoutMs, maxGrpcTimeout)}m`,
    ...(compression === "gzip" && { "grpc-encoding": "gzip" }),
  };
}

/** The status stands in the trailers; when there is no message, in the headers. */
function readAnswer(stream: ClientHttp2Stream, finish: (result: SendResult) => void): void {
  let received = 0;
  stream.on("response", (headers) => {
    const status = Number(headers[":status"]);
    if (status !== 200) finish(failed(`HTTP status ${status}`, status === 429 || status >= 502));
    else if (headers["grpc-status"] !== undefined) finish(grpcResult(headers));
  });
  stream.on("trailers", (trailers) => finish(grpcResult(trailers)));
  stream.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received > maxAnswerBytes) stream.destroy();
  });
  stream.on("error", (error) => finish(failed(error.message, true)));
  stream.on("close", () => finish(failed("the connection was closed", true)));
}

function grpcResult(headers: Readonly<Record<string, unknown>>): SendResult {
  const status = Number(headers["grpc-status"] ?? 2);
  if (status === 0) return { kind: "sent" };
  const message = String(headers["grpc-message"] ?? "");
  return failed(`gRPC status ${status}${message === "" ? "" : `: ${message}`}`, retryable.has(status));
}
