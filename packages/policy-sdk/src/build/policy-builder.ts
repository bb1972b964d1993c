import { resolve } from "node:path";
import { formatMetadata, metadataSectionName, type PolicyMetadata } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { PolicySdkError } from "../errors.ts";
import type { Abi } from "./abi.ts";
import { type Bundler, createBundler } from "./bundle.ts";
import { readEngine } from "./engine.ts";
import { loadPolicy } from "./load-policy.ts";
import { readMetadata } from "./metadata.ts";

/** What to build. */
export interface BuildPolicyOptions {
  /** The module that exports `policy`. */
  readonly entry: string;
  readonly abi: Abi;
  /** `metadata.yml`; without it the file carries no metadata, for `kwctl annotate` to add. */
  readonly metadataPath?: string | undefined;
  /** Keeps names and line numbers, and puts stacks into the texts of errors; off by default. */
  readonly debug?: boolean | undefined;
  /** What the policy's JavaScript may allocate, in MiB, 1 to 2048; 64 by default. */
  readonly memoryLimitMb?: number | undefined;
  /** Gets what the policy prints while it is loaded; nobody by default. */
  readonly print?: (text: string) => void;
}

export interface BuiltPolicy {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly metadata: PolicyMetadata | undefined;
  /** Absolute paths of the source files that went in, the SDK's own included. */
  readonly inputs: readonly string[];
  /** Those inputs of which something is in the file: its bill of materials, the engine aside. */
  readonly contained: readonly string[];
}

/** Builds policies one after the other, faster each time as it keeps engines and bundlers. */
export interface PolicyBuilder extends AsyncDisposable {
  /** @throws {PolicySdkError} every code; the message names file and line, or what the policy called */
  build(options: BuildPolicyOptions): Promise<BuiltPolicy>;
}

interface Engine {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
}

/** @param options.engineFolder - where the engine modules lie, for tests */
export function createPolicyBuilder({ engineFolder }: { engineFolder?: URL } = {}): PolicyBuilder {
  const engines = new Map<Abi, Promise<Engine>>();
  const bundlers = new Map<string, Promise<Bundler>>();
  return {
    async build({ entry, abi, metadataPath, debug = false, memoryLimitMb = 64, print = () => {} }) {
      checkMemoryLimit(memoryLimitMb);
      const engine = await kept(engines, abi, () => compileEngine(abi, engineFolder));
      const bundler = await kept(bundlers, `${resolve(entry)}\n${debug}`, () =>
        createBundler({ entry, debug }),
      );
      const metadata = metadataPath === undefined ? undefined : await readMetadata(metadataPath, abi);
      const { code, inputs, contained } = await bundler.bundle();
      const memoryLimitBytes = memoryLimitMb * 2 ** 20;
      const bare = loadPolicy(engine, code, { abi, debug, memoryLimitBytes, print });
      const wasm = metadata === undefined ? bare : withMetadata(bare, metadata);
      return { wasm, metadata, inputs, contained };
    },
    async [Symbol.asyncDispose]() {
      for (const bundler of await Promise.all(bundlers.values())) await bundler[Symbol.asyncDispose]();
    },
  };
}

/** Builds one policy. For several, or the same again and again, keep a `createPolicyBuilder`. */
export async function buildPolicy(options: BuildPolicyOptions): Promise<BuiltPolicy> {
  await using builder = createPolicyBuilder();
  return await builder.build(options);
}

function checkMemoryLimit(memoryLimitMb: number): void {
  if (Number.isInteger(memoryLimitMb) && memoryLimitMb >= 1 && memoryLimitMb <= 2048) return;
  throw new PolicySdkError(`memory limit: expected 1 to 2048 MiB, received ${memoryLimitMb}`, {
    code: "SDK_OPTIONS",
  });
}

async function compileEngine(abi: Abi, folder: URL | undefined): Promise<Engine> {
  const bytes = await readEngine(abi, folder);
  return { bytes, module: new WebAssembly.Module(bytes) };
}

function withMetadata(wasm: Uint8Array, metadata: PolicyMetadata): Uint8Array<ArrayBuffer> {
  return setCustomSection(wasm, metadataSectionName, new TextEncoder().encode(formatMetadata(metadata)));
}

/** A failure is not kept. */
async function kept<K, V>(values: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const found = values.get(key) ?? make();
  values.set(key, found);
  try {
    return await found;
  } catch (error) {
    values.delete(key);
    throw error;
  }
}
