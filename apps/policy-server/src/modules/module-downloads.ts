import { createSemaphore, errorText, type Logger } from "@kubewarden-ts/base";
import { type FetchModule, ModuleRefusedError, readMetadata } from "@kubewarden-ts/policy-evaluation";
import { type ModuleStore, type StoredModule, StoreError } from "@kubewarden-ts/policy-store";
import { ServerError } from "../errors.ts";

/** Modules that are on their way at the same time. */
const maxAtOnce = 32;

/**
 * Fetches modules from a store and tells the log of each (policy-server 11).
 * @param options.verifies - whether the store admits signed images only
 * @throws {ModuleRefusedError} for a module that is not signed as it is to be, or cannot be verified
 * @throws what the store throws; where its folder is the reason, naming the option that chose it
 */
export function moduleDownloads({ store, verifies, log, signal }: ModuleDownloadsOptions): FetchModule {
  const turns = createSemaphore(maxAtOnce);
  /** Digests by address: what is fetched again and has not changed was told before. */
  const told = new Map<string, string>();
  return async (url, user) => {
    using _turn = await turns.acquire({ signal });
    try {
      if (verifies && !told.has(url)) {
        log.info("verifying policy authenticity and integrity using sigstore", { policy: user });
      }
      const module = await store.fetch(url, { signal });
      if (told.get(url) !== module.digest) {
        if (verifies) log.info("Local file checksum verification passed", { policy: user });
        logDownload(module, user, log);
      }
      told.set(url, module.digest);
      return { ...module, release: () => releaseBytes(module.bytes) };
    } catch (error) {
      const refusal = refusalText(error, user);
      const explained = refusal === undefined ? explain(error) : new ModuleRefusedError(refusal);
      if (!signal.aborted) logFailure(explained, { url, user, log });
      throw explained;
    }
  };
}

export interface ModuleDownloadsOptions {
  readonly store: Pick<ModuleStore, "fetch">;
  readonly verifies: boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Upstream's texts (policy-server 2.4) for a module that may not be used; nothing for other failures. */
function refusalText(error: unknown, user: string): string | undefined {
  if (!(error instanceof StoreError)) return undefined;
  switch (error.code) {
    case "STORE_NOT_ADMITTED":
    case "STORE_NOT_VERIFIED":
      return `Policy '${user}' cannot be verified: ${errorText(error)}`;
    case "STORE_NOT_CHECKABLE":
      return `Verification of policy ${user} failed: ${errorText(error)}`;
    default:
      return undefined;
  }
}

function logFailure(failure: unknown, { url, user, log }: { url: string; user: string; log: Logger }): void {
  const error = errorText(failure);
  if (failure instanceof ModuleRefusedError) {
    log.error("policy cannot be verified", { policy: user, url, error });
  } else {
    log.error("policy download failed", { name: user, url, error });
  }
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
