import { createSemaphore, errorText, type Logger } from "@kubewarden-ts/base";
import { type FetchModule, readMetadata } from "@kubewarden-ts/policy-evaluation";
import { type ModuleStore, type StoredModule, StoreError } from "@kubewarden-ts/policy-store";
import { ServerError } from "../errors.ts";

/** Modules that are on their way at the same time. */
const maxAtOnce = 32;

/**
 * Fetches modules from a store and tells the log of each (policy-server 11).
 * @throws what the store throws; where its folder is the reason, naming the option that chose it
 */
export function moduleDownloads({
  store,
  log,
  signal,
}: {
  store: Pick<ModuleStore, "fetch">;
  log: Logger;
  signal: AbortSignal;
}): FetchModule {
  const turns = createSemaphore(maxAtOnce);
  /** Digests by address: what is fetched again and has not changed was told before. */
  const told = new Map<string, string>();
  return async (url, user) => {
    using _turn = await turns.acquire({ signal });
    try {
      const module = await store.fetch(url, { signal });
      if (told.get(url) !== module.digest) logDownload(module, user, log);
      told.set(url, module.digest);
      return { ...module, release: () => releaseBytes(module.bytes) };
    } catch (error) {
      const explained = explain(error);
      if (!signal.aborted)
        log.error("policy download failed", { name: user, url, error: errorText(explained) });
      throw explained;
    }
  };
}

function logDownload({ bytes, path, digest }: StoredModule, name: string, log: Logger): void {
  if (!log.enabled("info")) return;
  const sha256sum = digest.slice("sha256:".length);
  log.info("policy download", { name, path, sha256sum, mutating: isMutating(bytes) });
}

/** Bytes that share their buffer with others stay. */
function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** What is wrong with metadata is said where the module is prepared. */
function isMutating(bytes: Uint8Array): boolean {
  try {
    return readMetadata(bytes)?.mutating ?? false;
  } catch {
    return false;
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof StoreError) || error.code !== "STORE_NOT_WRITABLE") return error;
  const text = `${error.message}: --policies-download-dir must name a folder that can be written to`;
  return new ServerError(text, { code: "SERVER_STORE_NOT_WRITABLE" });
}
