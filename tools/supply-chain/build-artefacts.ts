import { join } from "node:path";
import { createPolicyBuilder } from "@kubewarden-ts/policy-sdk/build";
import { policyNames } from "../../policies/build.ts";
import { bundledApps } from "../bundle-app.ts";
import type { Artefact, ArtefactKind } from "./artefact.ts";
import { buildBundle } from "./build-bundle.ts";
import { buildPackages } from "./build-packages.ts";
import { buildPolicyArtefact } from "./build-policy.ts";
import type { Installed } from "./component.ts";

/**
 * Builds all artefacts of a kind, apart from those in `dist/`.
 * @param folder - an empty one, for what has to lie somewhere
 */
export async function buildArtefacts(
  kind: ArtefactKind,
  folder: string,
  installed: Installed,
): Promise<Artefact[]> {
  switch (kind) {
    case "bundles":
      return await oneByOne(bundledApps, (app) => buildBundle(app, join(folder, app), installed));
    case "packages":
      return await buildPackages(join(folder, "packages"), installed);
    case "policies": {
      await using builder = createPolicyBuilder();
      return await oneByOne(await policyNames(), (name) => buildPolicyArtefact(name, builder, installed));
    }
  }
}

/** Bundlers use all cores already. */
async function oneByOne<T>(items: readonly T[], build: (item: T) => Promise<Artefact>): Promise<Artefact[]> {
  const artefacts: Artefact[] = [];
  for (const item of items) artefacts.push(await build(item));
  return artefacts;
}
