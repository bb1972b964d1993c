import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");

const policyWorker = { "policy-worker": "packages/policy-evaluation/src/worker.ts" };

/** What we ship as bundles, with the entries of worker threads: where the code looks for them beside a bundle. */
const workerEntries = {
  kwctl: {
    ...policyWorker,
    "protocol-version-worker": "apps/kwctl/src/annotate/protocol-version-worker.ts",
  },
  "policy-server": policyWorker,
  controller: {},
  "audit-scanner": {},
};
export type BundledApp = keyof typeof workerEntries;
export const bundledApps = Object.keys(workerEntries) as BundledApp[];

export interface BundledFile {
  readonly fileName: string;
  readonly bytes: number;
  /** What the bundler put in, as it names modules; without those of which nothing was left. */
  readonly modules: readonly string[];
}

/**
 * Bundles a program: `main.js`, the entry of its worker threads, and what both share. The folder stands alone.
 * @param folder - emptied first
 */
export async function bundleApp(app: BundledApp, folder: string): Promise<BundledFile[]> {
  const entries = { main: `apps/${app}/src/main.ts`, ...workerEntries[app] };
  await rm(folder, { recursive: true, force: true });
  await using build = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    platform: "node",
    onLog(level, log) {
      // a module that was left out, or code that would behave differently than the sources
      if (level === "warn") throw new Error(`${app}: ${log.message}`);
    },
  });
  const names = { entryFileNames: "[name].js", chunkFileNames: "shared-[name].js" };
  const { output } = await build.write({ dir: folder, format: "esm", minify: true, ...names });
  // wherever the folder is copied to, its files are ES modules
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  await chmod(join(folder, "main.js"), 0o755);
  return output.map((file) => ({
    fileName: file.fileName,
    bytes: Buffer.byteLength(file.type === "chunk" ? file.code : file.source),
    modules: file.type === "chunk" ? modulesOf(file) : [],
  }));
}

function modulesOf({ modules }: OutputChunk): string[] {
  return Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []));
}
