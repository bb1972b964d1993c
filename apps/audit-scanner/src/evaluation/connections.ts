import type { Dispatcher } from "undici";
import type { PolicyServerAddress } from "../auditable-policy.ts";
import type { ClientTls } from "./client-tls.ts";
import { isNeverConnected } from "./transport-failure.ts";

/** An answer of any status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Connections to one policy server, kept open between requests. */
export interface Connections extends AsyncDisposable {
  /**
   * Sends JSON to a path below the server's URL. An endpoint that cannot be connected to is passed over for a while.
   * @throws what the connection threw; the reason of `signal`
   */
  post(path: string, body: Uint8Array, signal: AbortSignal): Promise<HttpAnswer>;
  /** They are secured, and we show no certificate. */
  readonly anonymous: boolean;
  /** which variable of the environment names the proxy on the way, where there is one */
  readonly proxyVariable: "HTTPS_PROXY" | "HTTP_PROXY" | undefined;
  /** From now on, load is spread over these. */
  useEndpoints(endpoints: readonly string[]): void;
}

export interface ConnectionsOptions {
  readonly tls: ClientTls;
  /** URL of the proxy on the way, where there is one: it finds the endpoints by itself */
  readonly proxy: string | undefined;
  /** at once, to each endpoint */
  readonly maxConnections: number;
  readonly now: () => number;
}

const connectTimeoutMs = 3_000;
const keepAliveTimeoutMs = 30_000;
const maxAnswerBytes = 16 * 1024 * 1024;
/** What is between us and unknown endpoints spreads connections, not requests: a connection ends after so many. */
const requestsPerConnection = 50;
const passedOverMs = 10_000;

interface Target {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  busy: number;
  served: number;
  passedOverUntilMs: number;
}

type Undici = typeof import("undici");

/** @param address - `url` is where requests go and what certificates must be for; `endpoints` are who answers them */
export async function openConnections(
  address: PolicyServerAddress,
  options: ConnectionsOptions,
): Promise<Connections> {
  const undici = await import("undici");
  const url = new URL(address.url);
  const prefix = url.pathname.replace(/\/+$/, "");
  const service = target(url.origin, dispatcherTo(url, "service", options, undici));
  const endpoints = createEndpoints((endpoint) => {
    const to = new URL(`${url.protocol}//${endpoint}`);
    return target(to.origin, dispatcherTo(to, "endpoint", options, undici));
  });
  const useEndpoints = (names: readonly string[]): void =>
    endpoints.use(options.proxy === undefined ? names : []);
  const post = async (path: string, body: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> => {
    const tried = new Set<Target>();
    for (;;) {
      const to = leastBusy(endpoints.targets(), tried, options.now()) ?? service;
      try {
        return await send(to, { path: prefix + path, host: url.host, body, signal });
      } catch (error) {
        if (to === service || signal.aborted || !isNeverConnected(error)) throw error;
        to.passedOverUntilMs = options.now() + passedOverMs;
        tried.add(to);
      }
    }
  };

  useEndpoints(address.endpoints);
  const secured = url.protocol === "https:";
  return {
    post,
    anonymous: secured && !options.tls.identified,
    proxyVariable: options.proxy === undefined ? undefined : secured ? "HTTPS_PROXY" : "HTTP_PROXY",
    useEndpoints,
    async [Symbol.asyncDispose]() {
      await Promise.all([service.dispatcher.destroy(), endpoints[Symbol.asyncDispose]()]);
    },
  };
}

/** The endpoints of the moment; requests to those that are no more come to their end. */
interface Endpoints extends AsyncDisposable {
  targets(): readonly Target[];
  use(names: readonly string[]): void;
}

function createEndpoints(open: (name: string) => Target): Endpoints {
  const current = new Map<string, Target>();
  const retired = new Set<Dispatcher>();
  const retire = (dispatcher: Dispatcher): void => {
    retired.add(dispatcher);
    const forget = (): boolean => retired.delete(dispatcher);
    dispatcher.close().then(forget, forget);
  };
  return {
    targets: () => [...current.values()],
    use(names) {
      const wanted = new Set(names);
      for (const [name, { dispatcher }] of current) {
        if (wanted.has(name)) continue;
        current.delete(name);
        retire(dispatcher);
      }
      for (const name of wanted) if (!current.has(name)) current.set(name, open(name));
    },
    async [Symbol.asyncDispose]() {
      const open = Array.from(current.values(), ({ dispatcher }) => dispatcher);
      await Promise.all([...retired, ...open].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function target(origin: string, dispatcher: Dispatcher): Target {
  return { origin, dispatcher, busy: 0, served: 0, passedOverUntilMs: 0 };
}

function leastBusy(targets: readonly Target[], tried: ReadonlySet<Target>, now: number): Target | undefined {
  const usable = targets.filter((each) => each.passedOverUntilMs <= now && !tried.has(each));
  return usable.reduce<Target | undefined>((best, each) => {
    const difference = best === undefined ? -1 : each.busy - best.busy || each.served - best.served;
    return difference < 0 ? each : best;
  }, undefined);
}

async function send(
  to: Target,
  { path, host, body, signal }: { path: string; host: string; body: Uint8Array; signal: AbortSignal },
): Promise<HttpAnswer> {
  to.busy++;
  to.served++;
  try {
    const answer = await to.dispatcher.request({
      ...{ origin: to.origin, path, method: "POST", body, signal },
      // endpoints show the Service's certificate: its name is asked for, and checked
      headers: { host, "content-type": "application/json" },
    });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  } finally {
    to.busy--;
  }
}

function dispatcherTo(
  url: URL,
  kind: "service" | "endpoint",
  { tls, proxy, maxConnections }: ConnectionsOptions,
  { Pool, ProxyAgent }: Undici,
): Dispatcher {
  const secure =
    url.protocol === "https:" ? { secureContext: tls.secureContext, rejectUnauthorized: tls.verify } : {};
  const options = {
    ...{ connections: maxConnections, keepAliveTimeout: keepAliveTimeoutMs, allowH2: false },
    // the callers' time limits hold
    ...{ headersTimeout: 0, bodyTimeout: 0, maxResponseSize: maxAnswerBytes },
    ...(kind === "service" && { maxRequestsPerClient: requestsPerConnection }),
  };
  const connect = { ...secure, timeout: connectTimeoutMs };
  return proxy === undefined
    ? new Pool(url.origin, { ...options, connect })
    : new ProxyAgent({ ...options, uri: proxy, requestTls: secure, proxyTls: connect });
}
