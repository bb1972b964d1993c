import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { osErrorText } from "@kubewarden-ts/base";
import { ControllerError } from "../errors.ts";
import type { BindAddress } from "./bind-address.ts";

/** What a route answers. */
export interface TextAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** By path; asked for each GET and HEAD. */
export type TextRoutes = Readonly<Record<string, () => TextAnswer>>;

export interface TextServer extends AsyncDisposable {
  /** the port that was bound */
  readonly port: number;
}

export const plainText = "text/plain; charset=utf-8";

/**
 * Starts a plain HTTP server of a few texts: probes, metrics. It takes no bodies.
 * @throws {ControllerError} `CONTROLLER_BIND_FAILED`
 */
export async function startTextServer(address: BindAddress, routes: TextRoutes): Promise<TextServer> {
  const server = createServer({ maxHeaderSize: 8192 }, (request, response) => {
    request.resume();
    const answer = answerTo(routes, request.method ?? "", request.url ?? "");
    const content = Buffer.from(answer.body);
    response.writeHead(answer.status, {
      "content-type": answer.contentType,
      "content-length": content.byteLength,
    });
    // Node.js leaves the body out when the method was HEAD
    response.end(content);
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  const port = await listen(server, address);
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerTo(routes: TextRoutes, method: string, url: string): TextAnswer {
  const [path = ""] = url.split(/[?#]/);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return { status: 404, contentType: plainText, body: "404 page not found\n" };
  if (method === "GET" || method === "HEAD") return route();
  return { status: 405, contentType: plainText, body: "method not allowed\n" };
}

function listen(server: Server, { host, port }: BindAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `cannot listen on ${host ?? ""}:${port}: ${osErrorText(cause)}`;
      reject(new ControllerError(message, { code: "CONTROLLER_BIND_FAILED" }));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      // never a pipe here, so the address is not a text
      resolve((server.address() as AddressInfo).port);
    });
  });
}
