import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer as createHttpServer, Agent as HttpAgent, request as httpRequest } from "node:http";
import { createServer as createHttpsServer, Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { KeyPair } from "./authority.ts";

const mebibyte = 1024 * 1024;

/** A request that went through a relay. */
export interface RelayedRequest {
  readonly method: string;
  /** with its query */
  readonly path: string;
}

type RequestTest = (request: RelayedRequest) => boolean;

const never: RequestTest = () => false;

/** Stands between a client and a server on the loopback address, hands on everything, and notes what was asked. */
export interface Relay extends AsyncDisposable {
  /** `http://` or `https://` and the host */
  readonly url: string;
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** in the order in which they came */
  readonly requests: readonly RelayedRequest[];
  /** How many requests there were with this method and a path that matches. */
  count(method: string, path: RegExp): number;
}

/**
 * Starts a relay.
 * @param target - the server: its URL, and the authority to trust as PEM, where it is not one of the system
 * @param tls - what the relay shows to clients; without, it is reached by plain HTTP
 * @param options.refuses - requests that the relay answers itself, with 503
 * @param options.breaksOff - requests whose connection ends when a mebibyte of them, or of the answer, went through
 */
export async function startRelay(
  target: { url: string; ca?: string | undefined },
  tls?: KeyPair,
  { refuses = never, breaksOff = never }: { refuses?: RequestTest; breaksOff?: RequestTest } = {},
): Promise<Relay> {
  const requests: RelayedRequest[] = [];
  const secure = target.url.startsWith("https:");
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ca: target.ca })
    : new HttpAgent({ keepAlive: true });
  const listener: RequestListener = (incoming, response) => {
    const { method = "GET", url = "/", headers } = incoming;
    requests.push({ method, path: url });
    if (refuses({ method, path: url })) return void response.writeHead(503).end();
    const onward = (secure ? httpsRequest : httpRequest)(target.url + url, { method, headers, agent });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // who waits for events must not wait for the first of them
      response.flushHeaders();
      pipeline(answer, response).catch(() => {});
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    if (breaksOff({ method, path: url })) {
      destroyAfter(mebibyte, incoming);
      onward.on("response", (answer) => destroyAfter(mebibyte, answer));
    }
    pipeline(incoming, onward).catch(() => {});
  };
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: `${tls === undefined ? "http" : "https"}://${host}`,
    requests,
    count: (method, path) =>
      requests.filter((request) => request.method === method && path.test(request.path)).length,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

/** By then, what is piped on has passed in part. */
function destroyAfter(maxBytes: number, stream: Readable): void {
  let bytes = 0;
  stream.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes >= maxBytes) stream.destroy();
  });
}
