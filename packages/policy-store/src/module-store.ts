import { createKeyedSemaphore, createSingleFlight, type Logger, silentLogger } from "@kubewarden-ts/base";
import type { Progress, RegistryClient } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { readFileModule } from "./file-module.ts";
import { type DownloadOptions, downloadModule } from "./http-module.ts";
import {
  type AdmitImage,
  damagedModule,
  downloadImageModule,
  imageModule,
  imageNotInStore,
  isMoving,
  notInStore,
  type PullPolicy,
} from "./image-module.ts";
import { keepManifests } from "./kept-manifests.ts";
import { keepModules } from "./kept-modules.ts";
import { keyOf, type Located, locate } from "./located-module.ts";
import { checkedModule, sha256Of } from "./module-bytes.ts";
import { webPath } from "./store-path.ts";
import { createStoredFiles } from "./stored-files.ts";
import type { DownloadedModule, StoredModule } from "./stored-module.ts";
import { withinTime } from "./within-time.ts";

interface CallOptions {
  readonly signal: AbortSignal;
  /** How much of an image's module was downloaded; of several callers at the same time, the first is told. */
  readonly progress?: Progress | undefined;
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
  /**
   * The module at an address as it is there now, whatever the store holds; nothing is kept.
   * @throws as `fetch`
   */
  download(url: string, options: CallOptions): Promise<DownloadedModule>;
}

export interface ModuleStoreOptions {
  /** The folder of the store; made when something is written. */
  readonly root: string;
  /** Reads registries. */
  readonly client: Pick<RegistryClient, "fetchManifest" | "fetchDigest" | "fetchBlobTo">;
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
  /** When something is downloaded; `missing` unless told. */
  readonly pullPolicy?: PullPolicy | undefined;
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
  const { pullPolicy = "missing" } = options;
  const files = createStoredFiles(options.root, { isWindows: options.platform.os === "windows" });
  const onDamaged = (path: string): void => log.warn(damagedModule, { path });
  const modules = keepModules({ files, maxBytes, onDamaged, log });
  const isOffline = pullPolicy === "never" && options.admit === undefined;
  const { fetchManifest } = keepManifests(isOffline ? noRegistry : client, { files, log });
  const imageOptions = {
    ...{ ...options, modules, pullPolicy, log },
    client: { fetchManifest, fetchBlobTo: client.fetchBlobTo },
  };
  const flights = createSingleFlight<StoredModule>();
  const perHost = createKeyedSemaphore(maxConcurrentPerHost);

  const downloadWeb = async (url: URL, signal: AbortSignal): Promise<DownloadedModule> => {
    using _permit = await perHost.acquire(url.host, { signal });
    const bytes = checkedModule(await downloadModule(url, { ...web, signal, maxBytes }));
    return { bytes, digest: sha256Of(bytes) };
  };
  const webModule = async (url: URL, signal: AbortSignal): Promise<StoredModule> => {
    const segments = webPath(url);
    const kept = await modules.read(segments);
    if (kept !== undefined && pullPolicy !== "always") return kept;
    if (pullPolicy === "never") throw notInStore(url.href);
    const module = await downloadWeb(url, signal);
    return await modules.write(segments, module.bytes, { checked: module });
  };
  const fileModule = async (path: string, signal: AbortSignal): Promise<StoredModule> => {
    const bytes = checkedModule(await readFileModule(path, { signal, maxBytes }));
    return { bytes, path, digest: sha256Of(bytes) };
  };
  const mayBeUsed = ({ kind }: Located): void => {
    if (kind !== "registry" && options.admit !== undefined) throw notAdmitted();
  };

  const fetch = (location: Located, { signal, progress }: CallOptions): Promise<StoredModule> => {
    mayBeUsed(location);
    const load = (shared: AbortSignal): Promise<StoredModule> => {
      switch (location.kind) {
        case "file":
          return fileModule(location.path, shared);
        case "http":
          return webModule(location.url, shared);
        case "registry":
          return imageModule(location.reference, { ...imageOptions, progress, signal: shared });
      }
    };
    return withinTime({ signal, timeoutMs }, (limited) => flights.run(keyOf(location), load, limited));
  };

  const download = (location: Located, { signal, progress }: CallOptions): Promise<DownloadedModule> => {
    mayBeUsed(location);
    return withinTime<DownloadedModule>({ signal, timeoutMs }, (limited) => {
      switch (location.kind) {
        case "file":
          return fileModule(location.path, limited);
        case "http":
          return downloadWeb(location.url, limited);
        case "registry":
          return downloadImageModule(location.reference, { ...imageOptions, progress, signal: limited });
      }
    });
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
    download: async (url, callOptions) => await download(locate(url), callOptions),
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

/** What stands in the store must do. */
const noRegistry: Pick<RegistryClient, "fetchManifest"> = {
  fetchManifest: async (reference) => {
    throw imageNotInStore(reference);
  },
};

function notAdmitted(): StoreError {
  const text = "Invalid OCI image reference: invalid reference format";
  return new StoreError(text, { code: "STORE_NOT_ADMITTED" });
}
