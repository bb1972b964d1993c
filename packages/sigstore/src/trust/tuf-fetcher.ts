import type { Connections } from "@kubewarden-ts/oci";
import { BaseFetcher, type Fetcher } from "tuf-js";
import { DownloadHTTPError } from "tuf-js/dist/error.js";

/** For each file; what is behind a firewall that says nothing is to be found out soon. */
const timeoutMs = 5_000;

/** Fetches the files of a repository with our connections: the client's own knows no proxies and no authorities. */
export function createTufFetcher({
  connections,
  signal,
}: {
  connections: Connections;
  signal: AbortSignal;
}): Fetcher {
  return new ConnectionsFetcher(async (text) => {
    const url = new URL(text);
    const { fetch } = await import("undici");
    const dispatcher = await connections.dispatcher(url, { verify: true });
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { dispatcher, signal: limited, redirect: "follow" });
    if (response.ok && response.body !== null) return response.body;
    await response.body?.cancel();
    // the client reads the status: 404 says that there is no newer root
    throw new DownloadHTTPError(`${text}: HTTP status ${response.status}`, response.status);
  });
}

/** Nothing is fetched: for what was fetched before. */
export const noNetwork: Fetcher = {
  downloadFile: async (url) => {
    throw new Error(`${url} is not fetched`);
  },
  downloadBytes: async (url) => {
    throw new Error(`${url} is not fetched`);
  },
};

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/** The library asks for a subclass. */
class ConnectionsFetcher extends BaseFetcher {
  readonly #get: (url: string) => Promise<Body>;

  constructor(get: (url: string) => Promise<Body>) {
    super();
    this.#get = get;
  }

  override async fetch(url: string): Promise<Body> {
    return await this.#get(url);
  }
}
