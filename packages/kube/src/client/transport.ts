import { getCACertificates } from "node:tls";
import type { Dispatcher } from "undici";
import type { ClusterAccess } from "../access/cluster-access.ts";
import type { Credentials } from "../access/credentials.ts";

export interface RawRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** path and query, from the API server's root */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | undefined;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** leaving the loop early closes the connection */
  readonly body: AsyncIterable<Uint8Array>;
}

type Undici = typeof import("undici");

/** Connections to one API server. */
export interface Transport extends AsyncDisposable {
  send(request: RawRequest): Promise<RawAnswer>;
}

/**
 * Keeps connections alive. Every client certificate has connections of its own: when a plugin or a file gives another
 * one, requests that are under way end on the old connections.
 */
export function createTransport(
  access: ClusterAccess,
  { connectTimeoutMs }: { readonly connectTimeoutMs: number },
): Transport {
  const { origin, pathname } = new URL(access.server);
  const prefix = pathname === "/" ? "" : pathname.replace(/\/+$/, "");
  const retired = new Set<Dispatcher>();
  let current: { key: string; dispatcher: Dispatcher } | undefined;

  function dispatcherFor({ tls }: Credentials, undici: Undici): Dispatcher {
    const key = JSON.stringify([tls.ca, tls.cert, tls.key]);
    if (current?.key === key) return current.dispatcher;
    if (current !== undefined) retire(current.dispatcher);
    current = { key, dispatcher: createDispatcher(access, { ...tls, connectTimeoutMs }, undici) };
    return current.dispatcher;
  }

  function retire(dispatcher: Dispatcher): void {
    retired.add(dispatcher);
    const forget = (): boolean => retired.delete(dispatcher);
    dispatcher.close().then(forget, forget);
  }

  return {
    async send({ method, path, headers, body, credentials, signal }) {
      // Who talks to no cluster does not load what it takes.
      const undici = await import("undici");
      const answer = await undici.request(new URL(`${origin}${prefix}${path}`), {
        method,
        headers: mutable({ ...headers, ...credentials.headers }),
        ...(body !== undefined && { body }),
        signal,
        dispatcher: dispatcherFor(credentials, undici),
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...retired, ...(current ? [current.dispatcher] : [])].map((each) => each.destroy()));
      retired.clear();
    },
  };
}

function mutable(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}

/** API servers, and what stands before them, close idle connections after a minute or more. */
const keepAliveTimeout = 30_000;
/** A connection that died without a word is noticed after this, and ten probes a second apart. */
const keepAliveInitialDelay = 15_000;

function createDispatcher(
  access: ClusterAccess,
  { ca, cert, key, connectTimeoutMs }: Credentials["tls"] & { readonly connectTimeoutMs: number },
  { Agent, ProxyAgent }: Undici,
): Dispatcher {
  const tls = {
    ...trust(access, ca),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    ...(access.serverName !== undefined && { servername: access.serverName }),
  };
  const connect = { keepAlive: true, keepAliveInitialDelay, timeout: connectTimeoutMs };
  // time limits are the callers'; with HTTP/2, watches would share one connection and its flow control
  const options = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout, allowH2: false };
  if (access.proxy === undefined) return new Agent({ ...options, connect: { ...tls, ...connect } });
  return new ProxyAgent({ ...options, uri: access.proxy, requestTls: tls, proxyTls: connect });
}

function trust(
  { server, verifyServer }: ClusterAccess,
  ca: string | undefined,
): { ca?: string | string[]; rejectUnauthorized: boolean } {
  if (ca !== undefined) return { ca, rejectUnauthorized: verifyServer };
  if (!verifyServer || !server.startsWith("https:")) return { rejectUnauthorized: verifyServer };
  return { ca: [...getCACertificates("default"), ...getCACertificates("system")], rejectUnauthorized: true };
}
