// Builds the policies of this folder: `node policies/build.ts [name …]`, or `buildPolicies` from another program.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const policiesFolder = import.meta.dirname;
const repository = join(policiesFolder, "..");
const sdkSources = fileURLToPath(new URL("../", import.meta.resolve("@kubewarden-ts/policy-sdk/build")));

/** Where the files go unless said otherwise. */
export const defaultOutDir = join(repository, "dist", "policies");

export interface BuildPoliciesOptions {
  /** Names of folders; all policies without it. */
  readonly only?: readonly string[];
  readonly outDir?: string;
  /** Gets one line per policy that is built. */
  readonly log?: (line: string) => void;
}

export interface PolicyFile {
  readonly name: string;
  readonly path: string;
  /** False when the file was current. */
  readonly built: boolean;
}

/**
 * Builds each policy into `<outDir>/<name>.wasm`, unless nothing that goes into it has changed since: its folder, the
 * files beside the folders, the SDK, the versions of what these depend on. When all are current nothing but that is read.
 * @throws {PolicySdkError} as `buildPolicy`, and an `Error` for a name that is no policy
 */
export async function buildPolicies(options: BuildPoliciesOptions = {}): Promise<PolicyFile[]> {
  const { only, outDir = defaultOutDir, log = () => {} } = options;
  const all = await policyNames();
  const unknown = only?.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`there is no policy ${unknown}: ${all.join(", ")}`);
  await mkdir(outDir, { recursive: true });
  const lock = createHash("sha256")
    .update(await readFile(join(repository, "package-lock.json")))
    .digest("hex");
  const common = await hashOf(policiesFolder, await hashOf(sdkSources, lock), { recursive: false });
  const targets = (only ?? all).map(async (name): Promise<Target> => {
    const path = join(outDir, `${name}.wasm`);
    const inputs = await hashOf(join(policiesFolder, name), common);
    return { name, path, inputs, current: (await stampOf(path)) === inputs };
  });
  return await buildStale(await Promise.all(targets), log);
}

/** The folders that hold a `policy.ts`, sorted. */
export async function policyNames(): Promise<string[]> {
  const files = await readdir(policiesFolder, { recursive: true });
  const names = files.flatMap((file) => /^([^/\\]+)[/\\]policy\.ts$/.exec(file)?.[1] ?? []);
  return names.sort();
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly inputs: string;
  readonly current: boolean;
}

async function buildStale(targets: readonly Target[], log: (line: string) => void): Promise<PolicyFile[]> {
  const stale = targets.filter(({ current }) => !current);
  if (stale.length > 0) {
    // Loaded only now: the bundler alone takes longer to load than all the checks above.
    const { createPolicyBuilder } = await import("@kubewarden-ts/policy-sdk/build");
    await using builder = createPolicyBuilder();
    for (const { name, path, inputs } of stale) {
      const folder = join(policiesFolder, name);
      const entry = join(folder, "policy.ts");
      const { wasm } = await builder.build({
        entry,
        abi: "wapc",
        metadataPath: join(folder, "metadata.yml"),
      });
      await replaceFile(path, wasm);
      await replaceFile(stampPath(path), inputs);
      log(`built policy ${name}: ${wasm.length} bytes`);
    }
  }
  return targets.map(({ name, path, current }) => ({ name, path, built: !current }));
}

function stampPath(path: string): string {
  return `${path}.inputs`;
}

/** What the file was built from, or `undefined` when it is not there. */
async function stampOf(path: string): Promise<string | undefined> {
  const [, stamp] = await Promise.all([readFile(path), readFile(stampPath(path), "utf8")]).catch(() => []);
  return stamp;
}

/** SHA-256 over names and contents of all files below or in a folder but tests, and over an earlier hash. */
async function hashOf(folder: string, earlier: string, { recursive = true } = {}): Promise<string> {
  const entries = await readdir(folder, { recursive, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"));
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  const hash = createHash("sha256").update(earlier);
  for (const [index, content] of contents.entries()) {
    hash.update(`\n${paths[index]!.slice(folder.length)} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** Renamed into place, so that nobody ever reads half a file. */
async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, content);
  await rename(partial, path);
}

if (import.meta.main) {
  const only = process.argv.slice(2);
  const log = (line: string) => process.stdout.write(`${line}\n`);
  await buildPolicies(only.length === 0 ? { log } : { only, log });
}
