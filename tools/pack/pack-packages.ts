import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../run-process.ts";
import { readSourceTree } from "../source-tree.ts";
import { emitSources } from "./emit-sources.ts";
import { stageApp } from "./stage-app.ts";
import { stageWorkspace, type WorkspacePackage } from "./stage-workspace.ts";

const root = join(import.meta.dirname, "../..");

const workspacePackages = {
  "policy-sdk": {
    folder: "packages/policy-sdk",
    // What runs inside policies: the bundler of the SDK names it by path.
    wholeFolders: ["src/guest"],
    copied: ["dist", "types"],
    typings: { "./globals": "types/guest-globals.d.ts" },
  },
  "create-policy": { folder: "packages/create-policy", wholeFolders: [], copied: ["template"], typings: {} },
} as const satisfies Record<string, WorkspacePackage>;

/** What we publish on npm. */
export const publishedPackages = ["policy-sdk", "create-policy", "kwctl"] as const;
export type PublishedPackage = (typeof publishedPackages)[number];

/**
 * Packs what we publish on npm.
 * @param folder - gets the tarballs
 * @returns the path of each tarball
 */
export async function packPackages(folder: string): Promise<Readonly<Record<PublishedPackage, string>>> {
  const staging = join(folder, "staging");
  await rm(folder, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  const { workspaces } = readSourceTree(root);
  const emitted = await emitSources(join(staging, "sources"));
  const [sdk, create, kwctl] = [
    join(staging, "policy-sdk"),
    join(staging, "create-policy"),
    join(staging, "kwctl"),
  ];
  await stageWorkspace(workspacePackages["policy-sdk"], workspaces, { emitted, target: sdk });
  await stageWorkspace(workspacePackages["create-policy"], workspaces, { emitted, target: create });
  await stageApp("kwctl", kwctl);
  const paths = {
    "policy-sdk": await npmPack(sdk, folder),
    "create-policy": await npmPack(create, folder),
    kwctl: await npmPack(kwctl, folder),
  };
  await rm(staging, { recursive: true });
  return paths;
}

async function npmPack(folder: string, destination: string): Promise<string> {
  const args = ["pack", "--silent", "--pack-destination", destination];
  const { exitCode, output } = await runProcess("npm", args, { cwd: folder });
  if (exitCode !== 0) throw new Error(`npm pack failed in ${folder}:\n${output}`);
  return join(destination, output.trim().split("\n").at(-1) ?? "");
}
