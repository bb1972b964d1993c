import { type Clock, systemClock } from "@kubewarden-ts/base";
import { type Connections, type RetryableOutcome, retryDelayMs, type Sources } from "@kubewarden-ts/oci";
import type { Dispatcher } from "undici";
import { StoreError } from "./errors.ts";
import { readAtMost, tooLarge } from "./module-bytes.ts";

/** What a download needs of `fetch`. */
export type Fetch = (
  url: URL,
  options: { redirect: "manual"; signal: AbortSignal; dispatcher: Dispatcher },
) => Promise<FetchResponse>;

export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface DownloadOptions {
  connections: Connections;
  fetch?: Fetch | undefined;
  signal: AbortSignal;
  maxBytes: number;
  clock?: Clock | undefined;
  /** Spreads repeated requests; a number from 0 to 1. */
  random?: (() => number) | undefined;
}

const maxRedirects = 10;

/**
 * Downloads a module by HTTP(S), following redirects; each hop is checked and reached by the rules of its own host, and
 * tried again after what may pass: network failures, 429 and 5xx.
 */
export async function downloadModule(start: URL, options: DownloadOptions): Promise<Uint8Array> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    checkScheme(url, options.connections.sources);
    const answer = await request(url, options);
    if (answer.kind === "module") return answer.bytes;
    url = answer.location;
  }
  throw new StoreError(`more than ${maxRedirects} redirects`, { code: "STORE_UNREACHABLE" });
}

type Answer = { kind: "module"; bytes: Uint8Array } | { kind: "redirect"; location: URL };

type Outcome = Answer | (RetryableOutcome & { error: StoreError });

function checkScheme(url: URL, { insecureSources }: Sources): void {
  if (url.protocol === "https:") return;
  if (url.protocol === "http:" && insecureSources.has(url.host)) return;
  throw new StoreError(`${url.href}: plain HTTP needs ${url.host} in insecure_sources`, {
    code: "STORE_INSECURE_SOURCE",
  });
}

async function request(url: URL, options: DownloadOptions): Promise<Answer> {
  const { clock = systemClock, random = Math.random, signal } = options;
  for (let attempt = 1; ; attempt++) {
    const outcome = await reach(url, options);
    if (outcome.kind === "module" || outcome.kind === "redirect") return outcome;
    const delayMs = retryDelayMs(outcome, attempt, { nowMs: clock.now(), random });
    if (delayMs === undefined) throw outcome.error;
    await clock.sleep(delayMs, { signal });
  }
}

/** First with the certificate checked; without only for hosts that are listed, and only after the first way failed. */
async function reach(url: URL, options: DownloadOptions): Promise<Outcome> {
  const outcome = await requestOnce(url, options, true);
  const { insecureSources } = options.connections.sources;
  if (outcome.kind !== "failure" || url.protocol !== "https:" || !insecureSources.has(url.host))
    return outcome;
  return await requestOnce(url, options, false);
}

async function requestOnce(url: URL, options: DownloadOptions, verify: boolean): Promise<Outcome> {
  const { connections, fetch = (await import("undici")).fetch, signal, maxBytes } = options;
  const dispatcher = await connections.dispatcher(url, { verify });
  try {
    const response = await fetch(url, { redirect: "manual", signal, dispatcher });
    const location = redirectTarget(response, url);
    if (location !== undefined) {
      await discard(response);
      return { kind: "redirect", location };
    }
    return await readBody(response, maxBytes);
  } catch (error) {
    if (error instanceof StoreError || signal.aborted) throw error;
    const cause = causeOf(error);
    const text = `error sending request for url (${url.href})`;
    return {
      kind: "failure",
      timedOut: false,
      cause,
      error: new StoreError(text, { code: "STORE_UNREACHABLE", cause }),
    };
  }
}

/** `fetch` says no more than `fetch failed`; its cause says what happened. */
function causeOf(error: unknown): Error {
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause : new Error(String(cause));
}

function redirectTarget(response: FetchResponse, base: URL): URL | undefined {
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  if (!URL.canParse(location, base)) {
    throw new StoreError(`redirect to an invalid URL: ${location}`, { code: "STORE_URL_INVALID" });
  }
  return new URL(location, base);
}

async function readBody(response: FetchResponse, maxBytes: number): Promise<Outcome> {
  const { status, headers } = response;
  // upstream takes any status and then reports the error page as an invalid wasm file
  if (status < 200 || status > 299) {
    await discard(response);
    return {
      kind: "answer",
      status,
      headers: { get: (name) => headers.get(name) ?? undefined },
      error: new StoreError(`HTTP status ${status}`, { code: "STORE_HTTP_STATUS" }),
    };
  }
  if (Number(headers.get("content-length")) > maxBytes) {
    await discard(response);
    throw tooLarge(maxBytes);
  }
  const bytes = response.body === null ? new Uint8Array() : await readAtMost(response.body, maxBytes);
  return { kind: "module", bytes };
}

/** A body that nobody reads would keep its connection. */
async function discard({ body }: FetchResponse): Promise<void> {
  await body?.[Symbol.asyncIterator]().return?.();
}
