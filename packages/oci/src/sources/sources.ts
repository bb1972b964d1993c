/** How hosts are reached: what `sources.yml` says (policy-server 2.3). Hosts are `host` or `host:port` as in the URL. */
export interface Sources {
  /** Hosts whose certificate need not be valid, and that may be reached by plain HTTP. */
  readonly insecureSources: ReadonlySet<string>;
  /** More certificate authorities per host, as PEM. */
  readonly authorities: ReadonlyMap<string, readonly string[]>;
  readonly proxies: Proxies;
}

/** Proxies for `http://` and for `https://` URLs, and the hosts that are reached without one. */
export interface Proxies {
  readonly http?: string;
  readonly https?: string;
  /** Comma separated. */
  readonly none?: string;
}

/** No host is special. */
export const defaultSources: Sources = { insecureSources: new Set(), authorities: new Map(), proxies: {} };

/**
 * The proxies the environment names; upper case beats lower case, an empty text is no proxy.
 * @param env - such as `process.env`
 */
export function proxiesFromEnvironment(env: Readonly<Record<string, string | undefined>>): Proxies {
  const read = (name: string): string | undefined => env[name.toUpperCase()] || env[name] || undefined;
  const [http, https, none] = [read("http_proxy"), read("https_proxy"), read("no_proxy")];
  return {
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
    ...(none !== undefined && { none }),
  };
}

/**
 * The same sources with the environment's proxies where the file names none: field by field, the file wins.
 * Upstream lets the environment win whenever there is a file, against its documentation.
 */
export function withEnvironmentProxies(
  sources: Sources,
  env: Readonly<Record<string, string | undefined>>,
): Sources {
  return { ...sources, proxies: { ...proxiesFromEnvironment(env), ...sources.proxies } };
}
