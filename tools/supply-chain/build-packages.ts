import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { packPackages } from "../pack/pack-packages.ts";
import { runProcess } from "../run-process.ts";
import { type Artefact, digestsOf } from "./artefact.ts";
import { buildBundle } from "./build-bundle.ts";
import { type Component, componentsIn, type Installed } from "./component.ts";

const packers = ["typescript", "rolldown", "node"].map((name) => `node_modules/${name}`);
const engine = "node_modules/quickjs-wasi";

/**
 * Packs what is published on npm, and says what is in the tarballs.
 * @param folder - gets the tarballs, and a bundle of kwctl; emptied first
 */
export async function buildPackages(folder: string, installed: Installed): Promise<Artefact[]> {
  const tarballs = Object.entries(await packPackages(folder));
  const { contains: bundled } = await buildBundle("kwctl", join(folder, "kwctl"), installed);
  const artefacts = tarballs.map(([name, path]) => packageArtefact(name, path, { bundled, installed }));
  return await Promise.all(artefacts);
}

const Manifest = v.object({
  version: v.string(),
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
});

async function packageArtefact(
  name: string,
  path: string,
  { bundled, installed }: { bundled: readonly Component[]; installed: Installed },
): Promise<Artefact> {
  const names = (await tar(["-tzf", path])).trim().split("\n");
  const manifest = v.parse(Manifest, JSON.parse(await tar(["-xzOf", path, "package/package.json"])));
  const dependencies = Object.keys(manifest.dependencies).map((each) => `node_modules/${each}`);
  return {
    ...{ kind: "packages", name, version: manifest.version },
    files: new Map([[basename(path), digestsOf(await readFile(path))]]),
    contains: name === "kwctl" ? bundled : await componentsIn(foldersIn(names), installed),
    dependsOn: await componentsIn(dependencies, installed),
    madeWith: await componentsIn(packers, installed),
  };
}

/** Packages keep files of the repository below `lib`, by their path in it; engines are made of QuickJS. */
function foldersIn(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (/\/dist\/engine-\w+\.wasm$/.test(name)) return [engine];
    return /^package\/lib\/(packages\/[^/]+)\//.exec(name)?.[1] ?? [];
  });
}

async function tar(args: readonly string[]): Promise<string> {
  const { exitCode, output } = await runProcess("tar", args, { cwd: "." });
  if (exitCode !== 0) throw new Error(`tar ${args.join(" ")} failed: ${output.trim()}`);
  return output;
}
