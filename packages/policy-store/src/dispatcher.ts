import { getCACertificates } from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Sources } from "./sources.ts";

/**
 * The connection settings for one request: the host's certificate authorities and the proxy of its scheme.
 * @param verify - false: any certificate will do
 */
export function dispatcherFor(url: URL, sources: Sources, verify: boolean): Dispatcher {
  const tls = { rejectUnauthorized: verify, ...trusted(sources.authorities.get(url.host)) };
  const proxy = url.protocol === "https:" ? sources.proxies.https : sources.proxies.http;
  if (proxy === undefined) return new Agent({ connect: tls });
  return new EnvHttpProxyAgent({
    // the same for both: which proxy it is was decided above, and undici would mix them up when one is missing
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: sources.proxies.none ?? "",
    connect: tls,
    requestTls: tls,
  });
}

/** Nothing when the host has no authorities of its own: reading the system's store takes a while. */
function trusted(authorities: readonly string[] | undefined): { ca?: string[] } {
  if (authorities === undefined) return {};
  return { ca: [...getCACertificates("default"), ...getCACertificates("system"), ...authorities] };
}
