import { type FSWatcher, watch } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "@kubewarden-ts/base";
import { createPolicyBuilder, type PolicyBuilder } from "@kubewarden-ts/policy-sdk/build";

/** Editors write a file in several steps. */
const SETTLE_MS = 30;

export interface LivePoliciesOptions {
  /** folders of `policiesFolder` */
  names: readonly string[];
  policiesFolder: string;
  /** gets `<name>.wasm` for each */
  outFolder: string;
  /** a saved edit was built; not called when the module stayed the same */
  onBuilt(name: string, tookMs: number): void;
  /** a saved edit does not build; the former module stays */
  onProblem(name: string, problem: string): void;
}

/** Builds policies, then builds again what a saved edit touches, until disposed. */
export async function buildLivePolicies(options: LivePoliciesOptions): Promise<AsyncDisposable> {
  const builder = createPolicyBuilder();
  await mkdir(options.outFolder, { recursive: true });
  const policies = await Promise.all(options.names.map((name) => livePolicy(name, builder, options)));
  const watcher = watch(options.policiesFolder, { recursive: true }, (_event, file) => {
    const path = join(options.policiesFolder, file ?? "");
    for (const policy of policies) policy.changed(path);
  });
  return { [Symbol.asyncDispose]: () => stop(watcher, policies, builder) };
}

async function stop(
  watcher: FSWatcher,
  policies: readonly LivePolicy[],
  builder: PolicyBuilder,
): Promise<void> {
  watcher.close();
  await Promise.all(policies.map((policy) => policy[Symbol.asyncDispose]()));
  await builder[Symbol.asyncDispose]();
}

interface LivePolicy extends AsyncDisposable {
  changed(path: string): void;
}

async function livePolicy(
  name: string,
  builder: PolicyBuilder,
  options: LivePoliciesOptions,
): Promise<LivePolicy> {
  const folder = join(options.policiesFolder, name);
  const metadataPath = join(folder, "metadata.yml");
  let inputs = new Set<string>();
  let built: Uint8Array = new Uint8Array();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  /** @returns whether the module is another one than before */
  const build = async (): Promise<boolean> => {
    const result = await builder.build({ entry: join(folder, "policy.ts"), abi: "wapc", metadataPath });
    inputs = new Set([...result.inputs, metadataPath]);
    if (Buffer.compare(result.wasm, built) === 0) return false;
    await writeWhole(join(options.outFolder, `${name}.wasm`), result.wasm);
    built = result.wasm;
    return true;
  };
  const rebuild = async (): Promise<void> => {
    const startMs = performance.now();
    try {
      if (await build()) options.onBuilt(name, performance.now() - startMs);
    } catch (error) {
      options.onProblem(name, errorText(error));
    }
  };

  await build();
  return {
    changed(path) {
      if (!inputs.has(path)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        running = running.then(rebuild);
      }, SETTLE_MS);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await running;
    },
  };
}

/** The server never reads half a module. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, bytes);
  await rename(partial, path);
}
