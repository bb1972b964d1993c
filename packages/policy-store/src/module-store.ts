import { createKeyedSemaphore, createSingleFlight, type Logger, silentLogger } from "@kubewarden-ts/base";
import { type ImageReference, parseReference, type RegistryClient } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { readFileModule } from "./file-module.ts";
import { type DownloadOptions, downloadModule } from "./http-module.ts";
import { type AdmitImage, imageModule, isMoving } from "./image-module.ts";
import { keepManifests } from "./kept-manifests.ts";
import { checkedModule, isWholeModule, sha256Of } from "./module-bytes.ts";
import { type ModuleLocation, parseModuleUrl } from "./module-url.ts";
import { imagePath, webPath } from "./store-path.ts";
import { createStoredFiles } from "./stored-files.ts";
import type { StoredModule } from "./stored-module.ts";
import { withinTime } from "./within-time.ts";

interface CallOptions {
  readonly signal: AbortSignal;
}

/** Modules by their address, kept in a folder (policy-server 2.2). Equal questions at the same time are one download. */
export interface ModuleStore {
  /**
   * The module at an address: a file in place, any other from the store, or downloaded into it.
   * @param url - `file:///…`, `https://…`, `http://…`, `registry://…`, or an image reference without a scheme
   * @throws {StoreError} what is wrong with the address, the store or the module
   * @throws {OciError} what is wrong with the registry
   */
  fetch(url: string, options: CallOptions): Promise<StoredModule>;
  /**
   * Asks again for what may have changed behind an address: a file, and the tag `latest`, which costs one small request
   * when it did not move. Other addresses keep the module they have.
   * @param known - the module that `fetch` or `refresh` gave
   * @returns nothing when module and manifest are those known
   * @throws as `fetch`
   */
  refresh(
    url: string,
    known: Pick<StoredModule, "digest" | "manifestDigest">,
    options: CallOptions,
  ): Promise<StoredModule | undefined>;
}

export interface ModuleStoreOptions {
  /** The folder of the store; made when something is written. */
  readonly root: string;
  /** Reads registries. */
  readonly client: Pick<RegistryClient, "fetchManifest" | "fetchDigest" | "fetchBlob">;
  /** Whose entry of an image index counts. */
  readonly platform: { readonly os: string; readonly architecture: string };
  /** Reach web servers. */
  readonly web: Pick<DownloadOptions, "connections" | "fetch" | "clock" | "random">;
  /** The largest module that is taken, in bytes. */
  readonly maxBytes: number;
  /** For one module, repetitions included, in milliseconds; five minutes unless told. */
  readonly timeoutMs?: number;
  /** Without, every module may be used; with it, only those of registries, which can be asked about. */
  readonly admit?: AdmitImage | undefined;
  readonly log?: Logger;
}

const defaultTimeoutMs = 300_000;
/** Downloads from one web server at a time. */
const maxConcurrentPerHost = 8;

/**
 * A store of modules in a folder. Its caller disposes of the client and the connections.
 * @example await createModuleStore({ root, client, platform, web, maxBytes }).fetch("ghcr.io/acme/policy:v1", { signal })
 */
export function createModuleStore(options: ModuleStoreOptions): ModuleStore {
  const { client, web, maxBytes, timeoutMs = defaultTimeoutMs, log = silentLogger } = options;
  const files = createStoredFiles(options.root);
  const { fetchManifest } = keepManifests(client, { files, log });
  const imageOptions = { ...options, files, log, client: { fetchManifest, fetchBlob: client.fetchBlob } };
  const flights = createSingleFlight<StoredModule>();
  const perHost = createKeyedSemaphore(maxConcurrentPerHost);

  const webModule = async (url: URL, signal: AbortSignal): Promise<StoredModule> => {
    const segments = webPath(url);
    const path = files.pathOf(segments);
    const kept = await files.read(segments, { maxBytes });
    if (kept !== undefined && isWholeModule(kept)) return { bytes: kept, path, digest: sha256Of(kept) };
    if (kept !== undefined)
      log.warn("a module in the store is not what it should be, it is downloaded again", { path });
    using _permit = await perHost.acquire(url.host, { signal });
    const bytes = checkedModule(await downloadModule(url, { ...web, signal, maxBytes }));
    await files.write(segments, bytes);
    return { bytes, path, digest: sha256Of(bytes) };
  };
  const fileModule = async (path: string, signal: AbortSignal): Promise<StoredModule> => {
    const bytes = checkedModule(await readFileModule(path, { signal, maxBytes }));
    return { bytes, path, digest: sha256Of(bytes) };
  };

  const fetch = (location: Located, { signal }: CallOptions): Promise<StoredModule> => {
    if (location.kind !== "registry" && options.admit !== undefined) throw notAdmitted();
    const load = (shared: AbortSignal): Promise<StoredModule> => {
      switch (location.kind) {
        case "file":
          return fileModule(location.path, shared);
        case "http":
          return webModule(location.url, shared);
        case "registry":
          return imageModule(location.reference, { ...imageOptions, signal: shared });
      }
    };
    return withinTime({ signal, timeoutMs }, (limited) => flights.run(keyOf(location), load, limited));
  };

  const hasMoved = async (
    { reference }: Extract<Located, { kind: "registry" }>,
    known: Pick<StoredModule, "manifestDigest">,
    { signal }: CallOptions,
  ): Promise<boolean> => {
    if (!isMoving(reference)) return false;
    const ask = (limited: AbortSignal) => client.fetchDigest(reference, { signal: limited });
    return (await withinTime({ signal, timeoutMs }, ask)) !== known.manifestDigest;
  };

  return {
    fetch: async (url, callOptions) => await fetch(locate(url), callOptions),
    async refresh(url, known, callOptions) {
      const location = locate(url);
      if (location.kind === "http") return undefined;
      if (location.kind === "registry" && !(await hasMoved(location, known, callOptions))) return undefined;
      const module = await fetch(location, callOptions);
      const isKnown = module.digest === known.digest && module.manifestDigest === known.manifestDigest;
      return isKnown ? undefined : module;
    },
  };
}

/** A place with its image reference read. */
type Located =
  | Exclude<ModuleLocation, { kind: "registry" }>
  | { readonly kind: "registry"; readonly reference: ImageReference };

function locate(url: string): Located {
  const location = parseModuleUrl(url);
  return location.kind === "registry" ? { kind: "registry", reference: readReference(location) } : location;
}

/** With upstream's texts, which come from its reading of a URL and then of a reference. */
function readReference({ reference }: Extract<ModuleLocation, { kind: "registry" }>): ImageReference {
  if (/^[^/]*[\s<>^|\\]/.test(reference)) {
    throw new StoreError("invalid domain character", { code: "STORE_URL_INVALID" });
  }
  try {
    return parseReference(reference);
  } catch (cause) {
    throw new StoreError("Invalid OCI image reference", { code: "STORE_URL_INVALID", cause });
  }
}

function notAdmitted(): StoreError {
  const text = "Invalid OCI image reference: invalid reference format";
  return new StoreError(text, { code: "STORE_NOT_ADMITTED" });
}

/** Two ways to write one address are one module. */
function keyOf(location: Located): string {
  switch (location.kind) {
    case "file":
      return `file/${location.path}`;
    case "http":
      return webPath(location.url).join("/");
    case "registry":
      return imagePath(location.reference).join("/");
  }
}
