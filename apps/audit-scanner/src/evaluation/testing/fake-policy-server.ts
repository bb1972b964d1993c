import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TlsOptions } from "node:tls";

/** What came to a fake policy server. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** What it answers: a text is the body of a 200; `hang`: nothing at all; `reset`: the connection breaks. */
export type FakeAnswer =
  | string
  | "hang"
  | "reset"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A policy server that answers as a test says. */
export interface FakePolicyServer extends AsyncDisposable {
  readonly port: number;
  /** `http://localhost:<port>`, or `https` */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** so far */
  readonly connections: number;
  /** requests that came through one connection, at most */
  readonly mostPerConnection: number;
  /** at once, so far */
  readonly mostAtOnce: number;
}

export type Respond = (request: ReceivedRequest, sequence: number) => FakeAnswer | Promise<FakeAnswer>;

export async function startFakePolicyServer(respond: Respond, tls?: TlsOptions): Promise<FakePolicyServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const perSocket = new Map<Socket, number>();
  let [connections, atOnce, mostAtOnce] = [0, 0, 0];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    perSocket.set(request.socket, (perSocket.get(request.socket) ?? 0) + 1);
    const received = await receive(request);
    const answer = await respond(received, requests.push(received));
    atOnce--;
    send(answer, request, response);
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket.on("error", () => {}));
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, requests },
    url: `${tls === undefined ? "http" : "https"}://localhost:${port}`,
    get connections() {
      return connections;
    },
    get mostPerConnection() {
      return Math.max(0, ...perSocket.values());
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = "", url: path = "", headers } = request;
  const { host = "", "content-type": contentType } = headers;
  return { method, path, host, contentType, body: Buffer.concat(chunks).toString() };
}

function send(answer: FakeAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === "hang") return;
  if (answer === "reset") return void request.socket.destroy();
  const {
    status,
    headers = {},
    body = "",
  } = typeof answer === "string" ? { status: 200, body: answer } : answer;
  response.writeHead(status, headers).end(body);
}

/** An AdmissionReview that accepts. */
export const accepting = JSON.stringify({ response: { uid: "", allowed: true } });
