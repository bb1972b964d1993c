import type { Connections, Sources } from "@kubewarden-ts/oci";
import { type Dispatcher, fetch as undiciFetch } from "undici";
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
  fetch?: Fetch;
  signal: AbortSignal;
  maxBytes: number;
}

const maxRedirects = 10;

/** Downloads a module by HTTP(S), following redirects; each hop is checked and reached by the rules of its own host. */
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

function checkScheme(url: URL, { insecureSources }: Sources): void {
  if (url.protocol === "https:") return;
  if (url.protocol === "http:" && insecureSources.has(url.host)) return;
  throw new StoreError(`${url.href}: plain HTTP needs ${url.host} in insecure_sources`, {
    code: "STORE_INSECURE_SOURCE",
  });
}

/** First with the certificate checked; without only for hosts that are listed, and only after the first way failed. */
async function request(url: URL, options: DownloadOptions): Promise<Answer> {
  try {
    return await requestOnce(url, options, true);
  } catch (error) {
    const unreachable = error instanceof StoreError && error.code === "STORE_UNREACHABLE";
    const { insecureSources } = options.connections.sources;
    if (!unreachable || url.protocol !== "https:" || !insecureSources.has(url.host)) throw error;
    return await requestOnce(url, options, false);
  }
}

async function requestOnce(url: URL, options: DownloadOptions, verify: boolean): Promise<Answer> {
  const { connections, fetch = undiciFetch, signal, maxBytes } = options;
  const dispatcher = connections.dispatcher(url, { verify });
  try {
    const response = await fetch(url, { redirect: "manual", signal, dispatcher });
    const location = redirectTarget(response, url);
    if (location !== undefined) {
      await discard(response);
      return { kind: "redirect", location };
    }
    return { kind: "module", bytes: await readBody(response, maxBytes) };
  } catch (cause) {
    if (cause instanceof StoreError || signal.aborted) throw cause;
    throw new StoreError(`error sending request for url (${url.href})`, {
      code: "STORE_UNREACHABLE",
      cause: causeOf(cause),
    });
  }
}

/** `fetch` says no more than `fetch failed`; its cause says what happened. */
function causeOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause !== undefined ? error.cause : error;
}

function redirectTarget(response: FetchResponse, base: URL): URL | undefined {
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  if (!URL.canParse(location, base)) {
    throw new StoreError(`redirect to an invalid URL: ${location}`, { code: "STORE_URL_INVALID" });
  }
  return new URL(location, base);
}

async function readBody(response: FetchResponse, maxBytes: number): Promise<Uint8Array> {
  // upstream takes any status and then reports the error page as an invalid wasm file
  if (response.status < 200 || response.status > 299) {
    await discard(response);
    throw new StoreError(`HTTP status ${response.status}`, { code: "STORE_HTTP_STATUS" });
  }
  if (Number(response.headers.get("content-length")) > maxBytes) {
    await discard(response);
    throw tooLarge(maxBytes);
  }
  return response.body === null ? new Uint8Array() : await readAtMost(response.body, maxBytes);
}

/** A body that nobody reads would keep its connection. */
async function discard({ body }: FetchResponse): Promise<void> {
  await body?.[Symbol.asyncIterator]().return?.();
}
