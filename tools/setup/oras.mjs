import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { goEnv, goProblem, hashGoFiles, lastLine, oldestGo } from "./go-toolchain.mjs";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";

/** @typedef {import("./context.mjs").Context} Context */

/**
 * ORAS, somebody else's client of registries, in the version of `tools/oras`.
 * @param {Context} context
 * @returns {Promise<import("./context.mjs").Part>} `path` is the program
 */
export async function provideOras(context) {
  if (context.skipped.has("oras")) return leftOut();
  const source = join(context.root, "tools", "oras");
  const program = cachedProgram(context, source);
  if (existsSync(program)) return available(program);
  const problem = await goProblem(context, { oldest: oldestGo(source) });
  if (problem !== undefined) return unavailable(problem);
  const step = {
    part: "oras",
    what: "build of oras",
    why: "tests pull with it what we push, and push with it what we pull",
    takes: "a minute, once for this machine",
  };
  const fill = (temporary) => announced(context, step, () => build(context, { source, temporary }));
  const failure = await fillOnce({ folder: dirname(program), what: step.what, say: context.say }, fill);
  return failure === undefined ? available(program) : unavailable(failure);
}

function cachedProgram({ machineCacheFolder }, source) {
  const folder = `${process.platform}-${process.arch}-${hashGoFiles(source).slice(0, 16)}`;
  return join(machineCacheFolder, "oras", folder, "oras");
}

/**
 * @param {Context} context
 * @param {{source: string, temporary: string}} folders
 * @returns {Promise<string | undefined>} what failed
 */
async function build({ env }, { source, temporary }) {
  const args = ["build", "-trimpath", "-ldflags=-s -w", "-o", join(temporary, "oras"), "."];
  const options = { cwd: source, env: goEnv(env), output: "keep", background: true };
  const { exitCode, output } = await run("go", args, options);
  return exitCode === 0 ? undefined : `go build of tools/oras failed: ${lastLine(output)}`;
}
