import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { checkDigest, parseDigest, parseReference } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { filesBelow, isFile, unreadable } from "./files-below.ts";
import { digestOfPlace, manifestsOf, type StoreFile } from "./kept-manifests.ts";
import { keepModules } from "./kept-modules.ts";
import { sha256Of } from "./module-bytes.ts";
import { parseModuleUrl } from "./module-url.ts";
import { imagePath, isStorePath, storeSchemes, webPath } from "./store-path.ts";
import { createStoredFiles, isPlain } from "./stored-files.ts";
import type { StoredModule } from "./stored-module.ts";
import { fromWindowsNames } from "./windows-path.ts";

/** A policy that lies in a store. */
export interface StoredPolicy {
  /** as the store lists it: `registry://ghcr.io/acme/policy:v1` */
  readonly uri: string;
  /** of its file */
  readonly path: string;
  /** below the folder of the store: scheme, host, and what follows */
  readonly segments: readonly string[];
}

/** A policy that was named by its content: another one, that took its place since, is not read for it. */
export interface PinnedPolicy extends StoredPolicy {
  /** of the module: `sha256:` and 64 hex digits */
  readonly digest: string;
}

/** What lies in the folder of a store (kwctl-and-oci.md 4); nothing is downloaded. All throw StoreError. */
export interface PolicyFolder {
  /**
   * All policies, by their URI.
   * @throws {StoreError} `STORE_FILE_UNREADABLE`
   */
  list(): Promise<StoredPolicy[]>;
  /**
   * The policy at an address, written in any way that `ModuleStore.fetch` takes.
   * @throws {StoreError} `STORE_URL_INVALID`: `unknown scheme: ftp`
   */
  find(uri: string): Promise<StoredPolicy | undefined>;
  /**
   * The policy whose module has a SHA-256 that begins with these lower-case hex digits.
   * @throws {StoreError} `STORE_AMBIGUOUS`: `multiple policies found with the same prefix: 01`
   */
  findByDigest(prefix: string): Promise<PinnedPolicy | undefined>;
  /**
   * The module of a policy.
   * @throws {StoreError} `STORE_DAMAGED`, also for another module than the pinned one, `STORE_MISSING`, `STORE_TOO_LARGE`, `STORE_FILE_UNREADABLE`
   */
  read(policy: StoredPolicy | PinnedPolicy): Promise<StoredModule>;
  /**
   * The rights of a policy's file, and when it was last written.
   * @throws {StoreError} `STORE_FILE_UNREADABLE`
   */
  about(policy: StoredPolicy): Promise<{ mode: number; modified: Date }>;
  /**
   * The manifests that show, without a registry, what the digest in a policy's address names. Of a policy without one there
   * are none.
   */
  manifests(policy: StoredPolicy): Promise<StoreFile[]>;
  /**
   * Puts a module in place, or a manifest.
   * @param segments - of a module, scheme, host, and what follows; of a manifest, as `manifests` gives them
   * @throws {StoreError} `STORE_NOT_WASM`, `STORE_DAMAGED` for a manifest that has another digest than its place says,
   * `STORE_OUTSIDE`, `STORE_NOT_WRITABLE`
   */
  write(segments: readonly string[], bytes: Uint8Array): Promise<void>;
  /**
   * Removes the module of a policy, and the folders that held nothing else.
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_NOT_WRITABLE`
   */
  remove(policy: StoredPolicy): Promise<void>;
}

export interface PolicyFolderOptions {
  /** The folder of the store; need not be there. */
  readonly root: string;
  /** The largest module that is read, in bytes. */
  readonly maxBytes: number;
  /** Whether its files have the names that Windows allows. */
  readonly isWindows?: boolean;
}

/** @example await createPolicyFolder({ root, maxBytes }).find("registry://ghcr.io/acme/policy:v1") */
export function createPolicyFolder({ root, maxBytes, isWindows = false }: PolicyFolderOptions): PolicyFolder {
  const files = createStoredFiles(root, { isWindows });
  const modules = keepModules({ files, maxBytes, onDamaged: refuse, log: silentLogger });
  const policyAt = (segments: readonly string[]): StoredPolicy => {
    const [scheme = "", ...rest] = segments;
    return { uri: `${scheme}://${rest.join("/")}`, path: files.pathOf(segments), segments };
  };
  const list = async (): Promise<StoredPolicy[]> => {
    const found = await filesBelow(resolve(root), (name) => storeSchemes.has(name));
    const all = found.flatMap((names) => {
      const segments = isWindows ? fromWindowsNames(names) : names;
      return segments !== undefined && isStorePath(segments) ? [policyAt(segments)] : [];
    });
    return all.toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
  };
  const digestOf = async ({ segments }: StoredPolicy): Promise<string | undefined> => {
    // what cannot be read is no hit, and says so when it is asked for by its name
    const file = await files.read(segments, { maxBytes }).catch(() => undefined);
    return file && sha256Of(file.bytes);
  };
  return {
    list,
    async find(uri) {
      for (const segments of pathsOf(uri)) {
        const policy = policyAt(segments);
        if (await isFile(policy.path)) return policy;
      }
      return undefined;
    },
    async findByDigest(prefix) {
      let hit: PinnedPolicy | undefined;
      for (const policy of await list()) {
        const digest = await digestOf(policy);
        if (!digest?.startsWith(`sha256:${prefix}`)) continue;
        if (hit !== undefined) throw ambiguous(prefix);
        hit = { ...policy, digest };
      }
      return hit;
    },
    async read(policy) {
      const { uri, segments } = policy;
      const module = await modules.read(segments);
      if (module === undefined) {
        throw new StoreError(`${uri} is not in the store any more`, { code: "STORE_MISSING" });
      }
      if ("digest" in policy && policy.digest !== module.digest) throw notPinned(uri, policy.digest);
      return module;
    },
    async about({ path }) {
      const { mode, mtime } = await lstat(path).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      return { mode: mode & 0o777, modified: mtime };
    },
    async manifests({ uri }) {
      const [, digest] = /@([^@]+)$/.exec(uri) ?? [];
      return digest === undefined ? [] : await manifestsOf(digest, files);
    },
    async write(segments, bytes) {
      const digest = digestOfPlace(segments);
      if (digest === undefined) await modules.write(segments, bytes);
      else await files.write(segments, checkedManifest(bytes, digest));
    },
    remove: ({ segments }) => modules.remove(segments),
  };
}

function refuse(path: string): never {
  const text = `${path} is not the module that was written: remove it, or pull it again`;
  throw new StoreError(text, { code: "STORE_DAMAGED" });
}

function notPinned(uri: string, digest: string): StoreError {
  const text = `${uri} is another module since it was found: expected the one with the digest ${digest}`;
  return new StoreError(text, { code: "STORE_DAMAGED" });
}

function checkedManifest(bytes: Uint8Array, digest: string): Uint8Array {
  try {
    checkDigest(bytes, parseDigest(digest));
    return bytes;
  } catch (cause) {
    throw new StoreError(`the manifest ${digest} is another one`, { code: "STORE_DAMAGED", cause });
  }
}

function ambiguous(prefix: string): StoreError {
  const text = `multiple policies found with the same prefix: ${prefix}`;
  return new StoreError(text, { code: "STORE_AMBIGUOUS" });
}

/** Where the module of an address may lie: where it is downloaded to, and where the list says the same. */
function pathsOf(uri: string): string[][] {
  const location = parseModuleUrl(uri);
  const listed = listedPath(uri);
  switch (location.kind) {
    case "file":
      throw new StoreError("unknown scheme: file", { code: "STORE_URL_INVALID" });
    case "http":
      return [...unlessInvalid(() => webPath(location.url)), ...listed];
    case "registry":
      return [...unlessInvalid(() => imagePath(parseReference(location.reference))), ...listed];
  }
}

/** A query is a hash there, and another program may have put an image where no reference leads to. */
function listedPath(uri: string): string[][] {
  const [, scheme = "", rest = ""] = /^(\w+):\/\/(.*)$/.exec(uri) ?? [];
  const segments = [scheme, ...rest.split("/")];
  return isStorePath(segments) && segments.every(isPlain) ? [segments] : [];
}

/** What is no address of a policy is the address of none in the store. */
function unlessInvalid(path: () => string[]): string[][] {
  try {
    return [path()];
  } catch {
    return [];
  }
}
