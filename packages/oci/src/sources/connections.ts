import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { Dispatcher } from "undici";
import { OciError } from "../errors.ts";
import { parseNoProxy } from "./no-proxy.ts";
import type { Sources } from "./sources.ts";

/** Connections to hosts, kept open between requests and made by the rules of one set of sources. */
export interface Connections extends AsyncDisposable {
  readonly sources: Sources;
  /**
   * What a request to `url` is sent through: the host's certificate authorities, and the proxy of its scheme.
   * @param options.verify - false: any certificate will do
   * @param options.host - the host as `sources.yml` would name it, where that is not the one of the URL
   * @throws {OciError} `OCI_SOURCES_INVALID` when the proxy is no URL
   */
  dispatcher(url: URL, options: { verify: boolean; host?: string | undefined }): Promise<Dispatcher>;
}

const connectTimeoutMs = 10_000;
/** Between two pieces of an answer. */
const idleTimeoutMs = 60_000;
const keepAliveTimeoutMs = 30_000;

/**
 * Connections that live until they are disposed of; those still in use are cut then.
 * @param options.roots - certificate authorities that are trusted for all hosts, as PEM; those of the system unless told
 * @example await using connections = createConnections(sources);
 */
export function createConnections(
  sources: Sources,
  { roots = systemRoots }: { roots?: (() => readonly string[]) | undefined } = {},
): Connections {
  const bypassesProxy = parseNoProxy(sources.proxies.none ?? "");
  const dispatchers = new Map<string, Dispatcher>();
  const contexts = new Map<string, SecureContext>();
  let closed = false;

  // Reading some hundred certificates takes 0.1 s: once for all hosts, and only when one is reached by TLS.
  const context = (host: string): SecureContext =>
    contexts.getOrInsertComputed(host, () =>
      createSecureContext({ ca: [...new Set([...roots(), ...(sources.authorities.get(host) ?? [])])] }),
    );

  return {
    sources,
    async dispatcher(url, { verify, host = url.host }) {
      const proxy = bypassesProxy(url) ? undefined : proxyOf(url, sources);
      // all hosts without authorities of their own are alike
      const trustKey = sources.authorities.has(host) ? host : "";
      const isTls = url.protocol === "https:";
      const key = JSON.stringify([isTls, isTls && verify, isTls && trustKey, proxy]);
      // Who reaches no host does not load what it takes.
      const { Agent, ProxyAgent } = await import("undici");
      const dispatcher = dispatchers.getOrInsertComputed(key, () => {
        const tls = !isTls
          ? {}
          : verify
            ? { secureContext: context(trustKey) }
            : { rejectUnauthorized: false };
        if (proxy === undefined)
          return new Agent({ ...agentOptions, connect: { ...tls, timeout: connectTimeoutMs } });
        const proxyTls = proxy.startsWith("https:") ? { secureContext: context("") } : {};
        return new ProxyAgent({ ...agentOptions, uri: proxy, requestTls: tls, proxyTls });
      });
      // what comes too late is refused by what was destroyed
      if (closed) await dispatcher.destroy();
      return dispatcher;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all(Array.from(dispatchers.values(), (dispatcher) => dispatcher.destroy()));
    },
  };
}

const agentOptions = {
  allowH2: false,
  connectTimeout: connectTimeoutMs,
  headersTimeout: idleTimeoutMs,
  bodyTimeout: idleTimeoutMs,
  keepAliveTimeout: keepAliveTimeoutMs,
};

/** The system's store with what `NODE_EXTRA_CA_CERTS` adds; a system that has none gets those Node.js comes with. */
function systemRoots(): string[] {
  const system = getCACertificates("system");
  return system.length > 0 ? [...system, ...getCACertificates("extra")] : getCACertificates("default");
}

function proxyOf(url: URL, { proxies }: Sources): string | undefined {
  const proxy = url.protocol === "https:" ? proxies.https : proxies.http;
  if (proxy === undefined) return undefined;
  const text = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (/^(?:https?|socks5?):/i.test(text) && URL.canParse(text)) return new URL(text).href;
  // not the text itself: it may hold a password
  throw new OciError(`the proxy for ${url.protocol}// URLs is not a URL such as http://proxy:3128`, {
    code: "OCI_SOURCES_INVALID",
  });
}
