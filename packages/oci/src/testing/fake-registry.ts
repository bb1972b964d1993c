import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createFakeAuth, type FakeAuthOptions } from "./fake-auth.ts";
import type { FakeListOptions } from "./fake-lists.ts";
import { createFakeStorage, type FakeAnswer, type FakeStorage, sha256 } from "./fake-storage.ts";

/** A request that came, in the order they came. */
export interface RecordedRequest {
  readonly method: string;
  /** path and query */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** of the client: one for each connection */
  readonly port: number | undefined;
}

/**
 * Answers in place of the registry.
 * @returns an answer; or `"handled"`, when it has written to the response itself or wants the client to wait; nothing
 * lets the registry answer
 */
export type Intercept = (
  request: RecordedRequest,
  response: ServerResponse,
) => FakeAnswer | "handled" | undefined;

/** A registry in this process, for tests and examples. */
export interface FakeRegistry extends AsyncDisposable, Pick<FakeStorage, "manifests" | "blobs"> {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** `http://` or `https://` and the host */
  readonly url: string;
  readonly requests: RecordedRequest[];
  intercept: Intercept | undefined;
  /** @returns the digest */
  putBlob(content: Uint8Array | string): string;
  /** @returns the digest; the manifest is there under it, and under the tag if one is given */
  putManifest(repository: string, document: unknown, options?: { tag?: string; mediaType?: string }): string;
  /** @returns the digest of an image with one layer */
  putImage(
    repository: string,
    options: { tag: string; config?: unknown; layer?: Uint8Array | string; layerType?: string },
  ): string;
  revokeTokens(): void;
  /** Lets go of requests that were left waiting. */
  closeConnections(): void;
}

const imageType = "application/vnd.oci.image.manifest.v1+json";
const tarLayerType = "application/vnd.oci.image.layer.v1.tar";

/**
 * Starts a registry on a free port of 127.0.0.1. It reads and writes, asks for credentials if told to, and counts.
 * @example await using registry = await startFakeRegistry();
 */
export async function startFakeRegistry(
  options: { tls?: { cert: string; key: string }; auth?: FakeAuthOptions } & FakeListOptions = {},
): Promise<FakeRegistry> {
  const storage = createFakeStorage(options);
  const requests: RecordedRequest[] = [];
  const auth = options.auth === undefined ? undefined : createFakeAuth(options.auth, () => registry.url);

  const answerTo = (request: RecordedRequest, body: Buffer): FakeAnswer => {
    const { pathname: path, searchParams: query } = new URL(request.url, registry.url);
    const fake = {
      method: request.method,
      path,
      query,
      body,
      headers: request.headers,
    };
    const authorization = request.headers.authorization ?? "";
    if (path === "/token" && auth !== undefined) return auth.token(fake, authorization);
    return auth?.refusal(fake, authorization) ?? storage.answer(fake);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "", headers, socket } = incoming;
    const body = await buffer(incoming);
    const request = { method, url, headers, body: body.toString(), port: socket.remotePort };
    requests.push(request);
    const answer = registry.intercept?.(request, response) ?? answerTo(request, body);
    if (answer === "handled") return;
    const content = Buffer.from(answer.body ?? "");
    const lengths = { "content-length": String(content.length) };
    response
      .writeHead(answer.status, { ...lengths, ...answer.headers })
      .end(method === "HEAD" ? undefined : content);
  };

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    handle(incoming, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`; // never a pipe here

  const registry: FakeRegistry = {
    ...{
      host,
      url: `${options.tls === undefined ? "http" : "https"}://${host}`,
      requests,
      intercept: undefined,
    },
    ...{ manifests: storage.manifests, blobs: storage.blobs },
    putBlob(content) {
      const bytes = Buffer.from(content);
      storage.blobs.set(sha256(bytes), bytes);
      return sha256(bytes);
    },
    putManifest(repository, document, { tag, mediaType = imageType } = {}) {
      const bytes = Buffer.from(typeof document === "string" ? document : JSON.stringify(document));
      const digest = sha256(bytes);
      storage.manifests.set(`${repository}@${digest}`, { bytes, mediaType });
      if (tag !== undefined) storage.manifests.set(`${repository}:${tag}`, { bytes, mediaType });
      return digest;
    },
    putImage(repository, { tag, config = {}, layer = "layer", layerType = tarLayerType }) {
      const [configBytes, layerBytes] = [Buffer.from(JSON.stringify(config)), Buffer.from(layer)];
      const document = {
        ...{ schemaVersion: 2, mediaType: imageType },
        config: {
          mediaType: "application/vnd.oci.image.config.v1+json",
          ...{ digest: registry.putBlob(configBytes), size: configBytes.length },
        },
        layers: [
          {
            mediaType: layerType,
            ...{ digest: registry.putBlob(layerBytes), size: layerBytes.length },
          },
        ],
      };
      return registry.putManifest(repository, document, { tag });
    },
    revokeTokens: () => auth?.revokeTokens(),
    closeConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return registry;
}
