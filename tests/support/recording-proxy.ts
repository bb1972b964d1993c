import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";

/** An HTTP proxy on the loopback address that notes what goes through it. */
export interface RecordingProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `CONNECT host:port`, or `GET http://host:port/path` */
  readonly requests: readonly string[];
}

export interface RecordingProxyOptions {
  /** where all hosts are, for names that nobody else resolves; each where its name leads without */
  readonly host?: string;
}

/** Starts a proxy for plain HTTP, and for TLS through tunnels. */
export async function startRecordingProxy({ host }: RecordingProxyOptions = {}): Promise<RecordingProxy> {
  const requests: string[] = [];
  const tunnels = new Set<Socket>();
  const server = createServer((incoming, response) => {
    const { method = "GET", url = "", headers } = incoming;
    requests.push(`${method} ${url}`);
    const onward = httpRequest(url, { method, headers, ...(host !== undefined && { hostname: host }) });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response).catch(() => {});
    });
    onward.on("error", () => response.destroy());
    pipeline(incoming, onward).catch(() => {});
  });
  server.on("connect", ({ url = "" }, client: Socket, head: Buffer) => {
    requests.push(`CONNECT ${url}`);
    const { hostname, port } = new URL(`http://${url}`);
    const target = connect(Number(port), host ?? hostname, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.write(head);
    });
    for (const socket of [client, target]) tunnels.add(socket);
    pipeline(client, target, client).catch(() => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
    },
  };
}
