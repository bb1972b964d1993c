import { type Connections, createConnections, defaultSources } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { readFileModule } from "./file-module.ts";
import { downloadModule, type Fetch } from "./http-module.ts";
import { checkedModule } from "./module-bytes.ts";
import { parseModuleUrl } from "./module-url.ts";
import { withinTime } from "./within-time.ts";

export interface FetchModuleOptions {
  signal: AbortSignal;
  /** How hosts are reached, and connections that outlive the call; without, no host is special and no proxy is used. */
  connections?: Connections;
  /** In place of the real network. */
  fetch?: Fetch;
  /** The largest module that is taken, in bytes. */
  maxBytes: number;
  /** For the whole call, redirects and body included, in milliseconds; one minute unless told. */
  timeoutMs?: number;
}

/**
 * Fetches the bytes of a policy's module without a store (policy-server 2.2).
 * @param url - `file:///…`, `https://…`, or `http://…` for hosts listed as insecure
 * @throws {StoreError} with the cause as text; the caller adds policy and URL:
 *   `Error while downloading policy '<name>' from <url>: <text>`
 * @example await fetchModule("file:///opt/policy.wasm", { signal, maxBytes: 64 * 1024 * 1024 })
 */
export async function fetchModule(url: string, options: FetchModuleOptions): Promise<Uint8Array> {
  const location = parseModuleUrl(url);
  const { signal, maxBytes, timeoutMs = 60_000 } = options;
  return await withinTime({ signal, timeoutMs }, async (limited) => {
    switch (location.kind) {
      case "file":
        return checkedModule(await readFileModule(location.path, { signal: limited, maxBytes }));
      case "http":
        return checkedModule(await download(location.url, { ...options, signal: limited }));
      case "registry":
        throw new StoreError("fetching modules from registries is not available yet", {
          code: "STORE_NOT_AVAILABLE",
        });
    }
  });
}

async function download(url: URL, { connections, ...options }: FetchModuleOptions): Promise<Uint8Array> {
  if (connections !== undefined) return await downloadModule(url, { ...options, connections });
  await using own = createConnections(defaultSources);
  return await downloadModule(url, { ...options, connections: own });
}
