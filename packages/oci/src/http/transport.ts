import { type Clock, createKeyedSemaphore, type Logger } from "@kubewarden-ts/base";
import { registryError } from "../errors.ts";
import type { Connections } from "../sources/connections.ts";
import {
  type Answer,
  type BodyReceiver,
  exchange,
  type Method,
  type Outcome,
  stopped,
  unreachable,
  urlText,
} from "./exchange.ts";
import { retryDelayMs } from "./retry.ts";
import { createWays, type Target, type Way } from "./ways.ts";

/** A request to a registry, its token service, or to where a registry sends us. */
export interface RegistryRequest {
  readonly method: Method;
  readonly target: Target;
  /** The header that shows who we are; it goes to the target's own origin and no other. */
  readonly authorization?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The largest body that is taken, in bytes. */
  readonly maxBytes: number;
  /** For each exchange, in milliseconds. */
  readonly timeoutMs: number;
  /** Takes the body of a success in place of memory; asked anew for headers with each attempt. */
  readonly receiver?: BodyReceiver | undefined;
}

/** Sends requests: picks the way, follows redirects, tries again, and keeps hosts from holding each other up. */
export interface Transport {
  /** @throws {OciError} `OCI_INSECURE`, `OCI_PROTOCOL`, `OCI_TOO_LARGE`, `OCI_ABORTED` */
  attempt(request: RegistryRequest, signal: AbortSignal): Promise<Outcome>;
  /** The same, where no answer is an error: @throws {OciError} besides, `OCI_UNAVAILABLE`, `OCI_TIMEOUT` */
  send(request: RegistryRequest, signal: AbortSignal): Promise<Answer>;
}

const maxRedirects = 10;

export function createTransport({
  connections,
  clock,
  random,
  log,
  userAgent,
  maxConcurrentPerHost,
}: {
  connections: Connections;
  clock: Clock;
  random: () => number;
  log: Logger;
  userAgent: string;
  /** Exchanges with one host at a time; others wait, as long as their signals let them. */
  maxConcurrentPerHost: number;
}): Transport {
  const perHost = createKeyedSemaphore(maxConcurrentPerHost);
  const ways = createWays(connections.sources, clock);

  const exchangeBy = async (way: Way, request: RegistryRequest, signal: AbortSignal): Promise<Outcome> => {
    const { method, authorization, body, maxBytes, timeoutMs, receiver } = request;
    const dispatcher = await connections.dispatcher(way.url, way);
    const headers = {
      ...request.headers,
      ...receiver?.headers(),
      ...{ "user-agent": userAgent, "accept-encoding": "identity" },
      ...(authorization !== undefined && { authorization }),
    };
    using _permit = await perHost.acquire(way.url.host, { signal });
    const sent = { method, url: way.url, headers, body, dispatcher, maxBytes, timeoutMs, receiver };
    return await exchange(sent, signal);
  };

  /** The first way that leads to an answer, or to the beginning of one. */
  const reach = async (
    candidates: readonly Way[],
    request: RegistryRequest,
    signal: AbortSignal,
  ): Promise<{ outcome: Outcome; way: Way }> => {
    const [way, ...others] = candidates;
    if (way === undefined) throw new Error("no way to a host"); // never: each target has one
    const outcome = await exchangeBy(way, request, signal);
    if (outcome.kind === "answer" || outcome.answered || outcome.timedOut || others.length === 0) {
      return { outcome, way };
    }
    return await reach(others, request, signal);
  };

  const followed = async (request: RegistryRequest, signal: AbortSignal): Promise<Outcome> => {
    let { outcome, way } = await reach(ways.to(request.target), request, signal);
    ways.settle(request.target, way, outcome);
    let current = request;
    for (let hop = 0; outcome.kind === "answer"; hop++) {
      const next = redirectTarget(outcome, request.method);
      if (next === undefined) break;
      if (hop === maxRedirects) throw protocolError(`more than ${maxRedirects} redirects`);
      const isSameOrigin = next.origin === outcome.url.origin;
      if (!isSameOrigin) current = { ...current, authorization: undefined };
      const candidates = isSameOrigin
        ? [{ ...way, url: next }]
        : ways.to({ kind: "url", url: next, from: outcome.url, via: [way.host] });
      ({ outcome, way } = await reach(candidates, current, signal));
    }
    return outcome;
  };

  const attempt = async (request: RegistryRequest, signal: AbortSignal): Promise<Outcome> => {
    for (let attempts = 1; ; attempts++) {
      const outcome = await followed(request, signal);
      const delayMs = isRead(request.method)
        ? retryDelayMs(outcome, attempts, { nowMs: clock.now(), random })
        : undefined;
      if (delayMs === undefined) return outcome;
      log.debug("request to a registry is tried again", {
        url: urlText(outcome.url),
        delay_ms: Math.round(delayMs),
      });
      await clock.sleep(delayMs, { signal });
    }
  };

  const attemptOrStop: Transport["attempt"] = async (request, signal) => {
    try {
      return await attempt(request, signal);
    } catch (error) {
      // waiting for a permit or for the next attempt ends with the reason of the signal
      if (signal.aborted) throw stopped();
      throw error;
    }
  };

  return {
    attempt: attemptOrStop,
    async send(request, signal) {
      const outcome = await attemptOrStop(request, signal);
      if (outcome.kind === "failure") throw unreachable(outcome);
      return outcome;
    },
  };
}

/** What may be sent again. */
function isRead(method: Method): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * Reads are sent on. Of writes, `PUT` and `PATCH` are, where the redirect keeps method and body (RFC 9110, sections 15.4.8
 * and 15.4.9); `POST` is not: it may carry an identity token.
 */
function redirectTarget({ status, headers, url }: Answer, method: Method): URL | undefined {
  const location = headers.get("location");
  const followed = isRead(method) ? [301, 302, 303, 307, 308] : method === "POST" ? [] : [307, 308];
  if (!followed.includes(status) || location === undefined) return undefined;
  if (URL.canParse(location, url)) return new URL(location, url);
  throw protocolError(`${urlText(url)} redirects to an invalid URL`);
}

function protocolError(text: string): Error {
  return registryError(`OCI distribution spec violation: ${text}`, { code: "OCI_PROTOCOL" });
}
