import { join } from "node:path";
import type { PolicyBuilder } from "@kubewarden-ts/policy-sdk/build";
import { type Artefact, digestsOf } from "./artefact.ts";
import { componentsIn, componentsOfModules, type Installed } from "./component.ts";

const engine = "node_modules/quickjs-wasi";
const tools = ["esbuild", "wabt", "binaryen", "node"].map((name) => `node_modules/${name}`);
const versionAnnotation = "io.kubewarden.policy.version";

/**
 * Builds a policy, and says what the bundler of the SDK put in; the engine it runs on comes on top.
 * @param name - of a folder in `policies/`
 */
export async function buildPolicyArtefact(
  name: string,
  builder: PolicyBuilder,
  installed: Installed,
): Promise<Artefact> {
  const folder = join(installed.root, "policies", name);
  const { wasm, metadata, contained } = await builder.build({
    entry: join(folder, "policy.ts"),
    abi: "wapc",
    metadataPath: join(folder, "metadata.yml"),
  });
  const modules = [...contained, join(installed.root, engine, "package.json")];
  return {
    ...{ kind: "policies", name, version: metadata?.annotations?.[versionAnnotation] ?? "" },
    files: new Map([[`${name}.wasm`, digestsOf(wasm)]]),
    contains: await componentsOfModules(modules, installed),
    dependsOn: [],
    madeWith: await componentsIn(tools, installed),
  };
}
