import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type BundledApp, bundleApp } from "../bundle-app.ts";
import { SourceManifest } from "./packed-manifest.ts";

const root = join(import.meta.dirname, "../..");

/** Writes what is published of a program: its bundle, which needs no other package. */
export async function stageApp(app: BundledApp, target: string): Promise<void> {
  await bundleApp(app, target);
  const source = JSON.parse(await readFile(join(root, "apps", app, "package.json"), "utf8"));
  const { name, version, description, license } = v.parse(SourceManifest, source);
  const manifest = {
    ...{ name, version, description, license, type: "module" },
    engines: { node: ">=26.0.0" },
    bin: { [app]: "./main.js" },
  };
  await writeFile(join(target, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(join(root, "apps", app, "README.md"), join(target, "README.md"));
  await cp(join(root, "LICENSE"), join(target, "LICENSE"));
}
