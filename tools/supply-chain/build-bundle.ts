import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BundledApp, bundleApp } from "../bundle-app.ts";
import { type Artefact, digestFolder } from "./artefact.ts";
import { componentsIn, componentsOfModules, type Installed } from "./component.ts";

const bundlers = ["node_modules/rolldown", "node_modules/node"];

/**
 * Bundles a program, and says what the bundler put in.
 * @param folder - gets the bundle; emptied first
 */
export async function buildBundle(app: BundledApp, folder: string, installed: Installed): Promise<Artefact> {
  const bundled = await bundleApp(app, folder);
  const files = await digestFolder(folder);
  const modules = bundled.flatMap((file) => file.modules);
  return {
    ...{ kind: "bundles", name: app, version: await versionOf(`apps/${app}`, installed) },
    files: new Map([...files].map(([name, digests]) => [`${app}/${name}`, digests])),
    contains: await componentsOfModules(modules, installed),
    dependsOn: [],
    madeWith: await componentsIn(bundlers, installed),
  };
}

/** The version in the `package.json` of a folder. */
export async function versionOf(folder: string, { root }: Installed): Promise<string> {
  return JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")).version;
}
