import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");

/** What we ship as bundles. */
export const bundledApps = ["kwctl", "policy-server"] as const;

/** Where the code looks for it beside a bundle: `workerUrl` in packages/policy-evaluation. */
const workerEntries = { "policy-worker": join(root, "packages/policy-evaluation/src/worker.ts") };

/**
 * Bundles a program: `main.js`, the entry of its worker threads, and what both share. The folder stands alone.
 * @param folder - emptied first
 * @returns names of the files, with their size in bytes
 */
export async function bundleApp(app: string, folder: string): Promise<{ fileName: string; bytes: number }[]> {
  await rm(folder, { recursive: true, force: true });
  await using build = await rolldown({
    input: { main: join(root, "apps", app, "src/main.ts"), ...workerEntries },
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
  }));
}
