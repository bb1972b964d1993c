import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import type { Workspace } from "../source-tree.ts";
import { filesFolder, packedManifest, SourceManifest } from "./packed-manifest.ts";
import { reachableFiles } from "./reachable-files.ts";

const root = join(import.meta.dirname, "../..");

/** What a package needs beside what its entries import. */
export interface WorkspacePackage {
  /** such as `packages/policy-sdk` */
  readonly folder: string;
  /** folders with sources that are named by path only, from the folder */
  readonly wholeFolders: readonly string[];
  /** files and folders that are copied as they are, from the folder */
  readonly copied: readonly string[];
  /** entries that hold declarations only, among what is copied */
  readonly typings: Readonly<Record<string, string>>;
}

/**
 * Writes what is published of a workspace: its own files and those of other workspaces it needs, in one package.
 * @param emitted - where the JavaScript of the sources is
 * @param target - folder of the package
 */
export async function stageWorkspace(
  { folder, wholeFolders, copied, typings }: WorkspacePackage,
  workspaces: readonly Workspace[],
  { emitted, target }: { emitted: string; target: string },
): Promise<void> {
  const manifest = await readManifest(folder);
  const named = [...Object.values(manifest.exports ?? {}), ...Object.values(manifest.bin ?? {})];
  const whole = await Promise.all(wholeFolders.map((each) => sourcesIn(join(folder, each), emitted)));
  const entries = [...named.map((source) => join(folder, source)), ...whole.flat()];
  const { files, npm } = await reachableFiles(entries, workspaces, (path) =>
    readFile(join(emitted, path), "utf8"),
  );
  for (const [path, text] of files) await write(join(target, filesFolder, path), text);
  for (const path of copied) {
    await cp(join(root, folder, path), join(target, filesFolder, folder, path), { recursive: true });
  }
  await stageWorkspaceManifests(files, target);
  const own = packedManifest(manifest, folder, {
    typings,
    dependencies: versionsOf(npm, manifest, workspaces),
  });
  await write(join(target, "package.json"), `${JSON.stringify(own, undefined, 2)}\n`);
  await cp(join(root, folder, "README.md"), join(target, "README.md"));
  await cp(join(root, "LICENSE"), join(target, "LICENSE"));
}

/** The sources of a folder that were emitted, as paths in the repository. */
async function sourcesIn(folder: string, emitted: string): Promise<string[]> {
  const names = await readdir(join(emitted, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(folder, name.replace(/\.js$/, ".ts")));
}

/** Bundlers leave out what is not used of a workspace only where its `package.json` says that they may. */
async function stageWorkspaceManifests(files: ReadonlyMap<string, string>, target: string): Promise<void> {
  const folders = new Set([...files.keys()].map((path) => path.split("/").slice(0, 2).join("/")));
  for (const folder of folders) {
    const { sideEffects } = await readManifest(folder);
    await write(
      join(target, filesFolder, folder, "package.json"),
      JSON.stringify({ type: "module", sideEffects }),
    );
  }
}

/** Exact versions; what the user brings along stays a peer. */
function versionsOf(npm: ReadonlySet<string>, manifest: SourceManifest, workspaces: readonly Workspace[]) {
  const peers = Object.keys(manifest.peerDependencies ?? {});
  const names = [...npm].filter((name) => !peers.includes(name)).sort();
  return Object.fromEntries(
    names.map((name) => {
      const version = workspaces
        .map(({ dependencies }) => dependencies[name])
        .find((found) => found !== undefined);
      if (version === undefined) throw new Error(`${manifest.name}: no package.json declares ${name}`);
      return [name, version];
    }),
  );
}

async function readManifest(folder: string): Promise<SourceManifest> {
  return v.parse(SourceManifest, JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")));
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
