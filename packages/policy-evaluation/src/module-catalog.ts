import { hash } from "node:crypto";
import { type Clock, systemClock } from "@kubewarden-ts/base";
import type { GuestProtocol, PreparedModule } from "@kubewarden-ts/policy-runtime";
import {
  type ExecutionMode,
  metadataSectionName,
  type PolicyMetadata,
  parseMetadataSection,
} from "@kubewarden-ts/protocol";
import { customSections, readModule } from "@kubewarden-ts/wasm";
import { ModuleRefusedError } from "./errors.ts";
import { executionModeOf, requirementProblem } from "./module-requirements.ts";
import type { Policies } from "./policies-file.ts";
import { protocolOf } from "./worker/dialect.ts";

/** A module that is ready to be run. */
export interface CatalogModule {
  /** `sha256:` and 64 hex digits, of the file. */
  readonly digest: string;
  readonly mode: ExecutionMode;
  readonly prepared: PreparedModule;
  /** Patterns of the host capabilities that the module says it uses. */
  readonly declaredCapabilities: readonly string[];
}

/**
 * Decides how a module is run, or throws when it cannot be.
 * @param metadata - `undefined` when the module has none
 */
export type ChooseExecutionMode = (bytes: Uint8Array, metadata: PolicyMetadata | undefined) => ExecutionMode;

/**
 * Fetches a module; throws {@link ModuleRefusedError} for one that may not be used.
 * @param user - the first policy that uses it, as it is named where downloads are told of: `name` or `group/#member`
 */
export type FetchModule = (url: string, user: string) => Promise<FetchedModule>;

export interface FetchedModule {
  readonly bytes: Uint8Array;
  /** of the bytes, as `sha256:` and 64 hex digits, where it is known already: large modules take a while */
  readonly digest?: string | undefined;
  /** Gives the memory of the bytes back, once nobody reads them any more: the collector may take its time. */
  readonly release?: (() => void) | undefined;
}

export interface ModuleCatalogOptions {
  readonly fetchModule: FetchModule;
  readonly prepare: (request: {
    bytes: Uint8Array;
    protocol: GuestProtocol;
    timeoutMs: number;
  }) => Promise<PreparedModule>;
  readonly chooseMode?: ChooseExecutionMode;
  readonly clock?: Clock;
}

/** A module that nobody uses stays prepared for so long: a configuration that is taken back works at once. */
export const unusedModuleKeptMs = 10 * 60_000;

/** Modules by address and by content: what is equal is fetched and prepared once. */
export interface ModuleCatalog {
  /** Begins to fetch the modules of all policies, in the order of the file: what is slow to come holds up nothing else. */
  begin(policies: Policies): void;
  /** Fetches and prepares the module; in one pass (see `endPass`) every address is fetched once. */
  load(url: string, policyId: string, timeoutMs: number): Promise<CatalogModule>;
  /** Lets go of what was fetched: the next pass fetches again; modules with equal content stay prepared. */
  endPass(): void;
  /** Tells which prepared modules are in use; the others are forgotten after {@link unusedModuleKeptMs}. */
  keepOnly(digests: ReadonlySet<string>): void;
}

interface Prepared {
  readonly module: Promise<CatalogModule>;
  /** `undefined` while somebody uses it. */
  unusedSinceMs: number | undefined;
}

export function createModuleCatalog({
  fetchModule,
  prepare,
  chooseMode = serverExecutionMode,
  clock = systemClock,
}: ModuleCatalogOptions): ModuleCatalog {
  let fetched = new Map<string, Promise<FetchedModule>>();
  const modules = new Map<string, Prepared>();
  let timer: NodeJS.Timeout | undefined;

  const fetchOnce = (url: string, policyId: string): Promise<FetchedModule> => {
    let module = fetched.get(url);
    if (module === undefined) {
      const user = downloadName(policyId);
      module = fetchModule(url, user).catch((error: unknown) => {
        if (error instanceof ModuleRefusedError) throw error;
        throw new Error(`Error while downloading policy '${user}' from ${url}`, { cause: error });
      });
      // who uses it will see
      module.catch(() => {});
      fetched.set(url, module);
    }
    return module;
  };
  const prepareModule = async (
    bytes: Uint8Array,
    digest: string,
    timeoutMs: number,
  ): Promise<CatalogModule> => {
    const metadata = readMetadata(bytes);
    const mode = chooseMode(bytes, metadata);
    const prepared = await prepare({ bytes, protocol: protocolOf(mode), timeoutMs });
    return { digest, mode, prepared, declaredCapabilities: metadata?.hostCapabilities ?? [] };
  };

  const forgetUnused = (): void => {
    const before = clock.now() - unusedModuleKeptMs;
    for (const [digest, { unusedSinceMs }] of modules) {
      if (unusedSinceMs !== undefined && unusedSinceMs <= before) modules.delete(digest);
    }
  };

  return {
    begin(policies) {
      for (const [id, entry] of policies) {
        const members = entry.kind === "group" ? Object.entries(entry.policies) : [];
        if (entry.kind === "policy") fetchOnce(entry.module, id);
        for (const [name, { module }] of members) fetchOnce(module, `${id}/${name}`);
      }
    },
    async load(url, policyId, timeoutMs) {
      const { bytes, digest = `sha256:${hash("sha256", bytes)}` } = await fetchOnce(url, policyId);
      const known = modules.get(digest);
      if (known !== undefined) return known.module;
      const module = prepareModule(bytes, digest, timeoutMs);
      modules.set(digest, { module, unusedSinceMs: undefined });
      // Another attempt may succeed, with a longer limit for instance.
      module.catch(() => modules.delete(digest));
      return module;
    },
    endPass() {
      for (const module of fetched.values()) {
        module.then(({ release }) => release?.()).catch(() => {});
      }
      fetched = new Map();
    },
    keepOnly(digests) {
      const now = clock.now();
      for (const [digest, prepared] of modules) {
        prepared.unusedSinceMs = digests.has(digest) ? undefined : (prepared.unusedSinceMs ?? now);
      }
      forgetUnused();
      clearTimeout(timer);
      timer = setTimeout(forgetUnused, unusedModuleKeptMs + 1).unref();
    },
  };
}

/** How texts about downloads name a policy or a member (policy-server 3). */
export function downloadName(policyId: string): string {
  return policyId.replace("/", "/#");
}

/** Reads the metadata of a policy; the first section counts (policy-runtime 1.1). */
export function readMetadata(bytes: Uint8Array): PolicyMetadata | undefined {
  let section: Uint8Array | undefined;
  try {
    [section] = customSections(readModule(bytes), metadataSectionName);
  } catch (error) {
    throw new Error("cannot parse custom section of wasm module", { cause: error });
  }
  return section === undefined ? undefined : parseMetadataSection(section);
}

/** The server trusts metadata alone (policy-runtime 1.4). */
function serverExecutionMode(_bytes: Uint8Array, metadata: PolicyMetadata | undefined): ExecutionMode {
  const problem = requirementProblem(metadata);
  if (problem !== undefined) throw new Error(problem);
  return executionModeOf(metadata);
}
