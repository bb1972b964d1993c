import { existsSync } from "node:fs";
import { join } from "node:path";
import { node26 } from "./dependencies.mjs";
import { announced, run } from "./run.mjs";

/**
 * Builds the JavaScript engine that TypeScript policies are put into. The script itself finds out whether the engine is
 * current, by checksum.
 * @param {import("./context.mjs").Context} context
 */
export async function buildEngine(context) {
  const { root, skipped, env } = context;
  if (skipped.has("engine")) return;
  const sdk = join(root, "packages", "policy-sdk");
  const build = async () => {
    const script = join(sdk, "src", "build", "build-engine.ts");
    const { exitCode } = await run(node26(root), [script], { cwd: root, env, output: "show" });
    if (exitCode !== 0) throw new Error("the engine of TypeScript policies could not be built; see above");
  };
  if (existsSync(join(sdk, "dist", "engine-wapc.wasm"))) return build();
  const step = {
    part: "engine",
    what: "build of the policy engine",
    why: "policies in TypeScript run in it",
    takes: "ten seconds, once",
  };
  await announced(context, step, build);
}
