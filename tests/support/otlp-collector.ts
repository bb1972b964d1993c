import { createServer as createHttpServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { Metadata, Server, ServerCredentials, type ServiceDefinition, status } from "@grpc/grpc-js";
import type { KeyPair } from "./authority.ts";

// A collector of OpenTelemetry's protocol for tests: gRPC by its usual implementation for Node.js, messages by the code
// that is generated from OpenTelemetry's own protocol files.

/** A message, as generated code gives it: wire names in camel case, 64-bit numbers and bytes as texts. */
export interface Message {
  readonly [field: string]: unknown;
}

/** One request that a collector got. */
export interface ReceivedExport {
  readonly signal: "metrics" | "traces";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Message;
}

export interface OtlpCollector extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4317`. */
  readonly endpoint: string;
  readonly received: readonly ReceivedExport[];
}

export interface CollectorOptions {
  /** With these, clients must show a certificate of the authority. */
  readonly tls?: { readonly server: KeyPair; readonly clientCa: string };
  /** Refuses this many requests first, in a way that asks for another attempt. */
  readonly unavailable?: number;
  /** Told of each request. */
  readonly onExport?: (received: ReceivedExport) => void;
}

interface GeneratedType {
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): Message;
}

const require = createRequire(import.meta.url);
const { opentelemetry } = require("@opentelemetry/otlp-transformer/build/src/generated/root");
const requestTypes: Readonly<Record<ReceivedExport["signal"], GeneratedType>> = {
  metrics: opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest,
  traces: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest,
};

/** @throws when the bytes are not a message of the protocol */
export function decodeExport(signal: ReceivedExport["signal"], bytes: Uint8Array): Message {
  const type = requestTypes[signal];
  return type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String });
}

/** All spans of some requests, in order. */
export function spansOf(received: readonly ReceivedExport[]): Message[] {
  const spans = received.flatMap(({ body }) =>
    parts(body, "resourceSpans").flatMap((one) => parts(one, "scopeSpans")),
  );
  return spans.flatMap((one) => parts(one, "spans"));
}

/** All metrics of one request. */
export function metricsOf({ body }: ReceivedExport): Message[] {
  const scopes = parts(body, "resourceMetrics").flatMap((one) => parts(one, "scopeMetrics"));
  return scopes.flatMap((one) => parts(one, "metrics"));
}

/** Attributes of a span or a data point, by name; whole numbers are of type bigint, which tells them from texts. */
export function attributesOf(message: Message): Record<string, unknown> {
  return Object.fromEntries(
    parts(message, "attributes").map(({ key, value }) => {
      const [[kind, content] = []] = Object.entries(value as Message);
      return [key, kind === "intValue" ? BigInt(String(content)) : content];
    }),
  );
}

/** The messages of a repeated field. */
export function parts(message: Message, field: string): Message[] {
  return (message[field] ?? []) as Message[];
}

/** A collector that speaks gRPC. */
export async function startGrpcCollector(options: CollectorOptions = {}): Promise<OtlpCollector> {
  const { received, take } = intake(options);
  const server = new Server();
  for (const signal of ["metrics", "traces"] as const) {
    server.addService(serviceOf(signal), {
      export(
        call: { request: Buffer; metadata: Metadata },
        answer: (error: object | null, bytes?: Buffer) => void,
      ) {
        const headers = Object.fromEntries(
          Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]),
        );
        if (take(signal, headers, call.request)) answer(null, Buffer.alloc(0));
        else answer({ code: status.UNAVAILABLE, details: "not now", metadata: new Metadata() });
      },
    });
  }
  const { tls } = options;
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          Buffer.from(tls.clientCa),
          [{ cert_chain: Buffer.from(tls.server.cert), private_key: Buffer.from(tls.server.key) }],
          true,
        );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    endpoint: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}

function serviceOf(signal: ReceivedExport["signal"]): ServiceDefinition {
  const [folder, service] = signal === "metrics" ? ["metrics", "MetricsService"] : ["trace", "TraceService"];
  const asIs = (bytes: Buffer): Buffer => bytes;
  return {
    export: {
      path: `/opentelemetry.proto.collector.${folder}.v1.${service}/Export`,
      ...{ requestStream: false, responseStream: false },
      ...{ requestSerialize: asIs, requestDeserialize: asIs },
      ...{ responseSerialize: asIs, responseDeserialize: asIs },
    },
  };
}

/** A collector that speaks protobuf over HTTP. */
export async function startHttpCollector(options: CollectorOptions = {}): Promise<OtlpCollector> {
  const { received, take } = intake(options);
  const { tls } = options;
  const server =
    tls === undefined
      ? createHttpServer()
      : createHttpsServer({ ...tls.server, ca: tls.clientCa, requestCert: true, rejectUnauthorized: true });
  server.on("request", async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const signal = (["metrics", "traces"] as const).find((known) => request.url === `/v1/${known}`);
    if (signal === undefined || request.headers["content-type"] !== "application/x-protobuf") {
      return void response.writeHead(404).end();
    }
    const sent = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    response.writeHead(take(signal, textHeaders(request.headers), body) ? 200 : 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function intake({ unavailable = 0, onExport }: CollectorOptions): {
  received: ReceivedExport[];
  take: (signal: ReceivedExport["signal"], headers: Record<string, string>, bytes: Uint8Array) => boolean;
} {
  const received: ReceivedExport[] = [];
  let refusals = unavailable;
  return {
    received,
    take(signal, headers, bytes) {
      if (refusals-- > 0) return false;
      const taken = { signal, headers, body: decodeExport(signal, bytes) };
      received.push(taken);
      onExport?.(taken);
      return true;
    },
  };
}
