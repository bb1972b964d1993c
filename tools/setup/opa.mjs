import { existsSync } from "node:fs";
import { join } from "node:path";
import { goEnv, goProblem, hashGoFiles, lastLine, oldestGo } from "./go-toolchain.mjs";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { buildRegoGuests } from "./rego-guests.mjs";
import { announced, run } from "./run.mjs";

/** @typedef {import("./context.mjs").Context} Context */

/**
 * The compiler of Rego policies, OPA's own test cases as modules, and the Rego policies of `tests/guests`.
 * @param {Context} context
 * @returns {Promise<import("./context.mjs").Part>} `path` is the folder of `opa`, `cases.ndjson.zst` and
 *   `builtins.ndjson.zst`; the policies lie in `guests/<name>.wasm` of the checkout's cache
 */
export async function provideOpa(context) {
  if (context.skipped.has("opa")) return leftOut();
  const source = join(context.root, "tools", "opa");
  const folder = cachedFolder(context, source);
  if (!existsSync(folder)) {
    const problem = await goProblem(context, { oldest: oldestGo(source) });
    if (problem !== undefined) return unavailable(problem);
    const step = {
      part: "opa",
      what: "build of opa",
      why: "tests run Rego policies, and OPA's own test cases",
      takes: "one to three minutes, once for this machine",
    };
    const fill = (temporary) => announced(context, step, () => build(context, { source, temporary }));
    const failure = await fillOnce({ folder, what: step.what, say: context.say }, fill);
    if (failure !== undefined) return unavailable(failure);
  }
  const failure = await buildRegoGuests(context, join(folder, "opa"));
  return failure === undefined ? available(folder) : unavailable(failure);
}

function cachedFolder({ machineCacheFolder }, source) {
  const hash = hashGoFiles(source);
  return join(machineCacheFolder, "opa", `${process.platform}-${process.arch}-${hash.slice(0, 16)}`);
}

/**
 * @param {Context} context
 * @param {{source: string, temporary: string}} folders
 * @returns {Promise<string | undefined>} what failed
 */
async function build({ env, say }, { source, temporary }) {
  const options = { cwd: source, env: goEnv(env), output: "keep", background: true };
  const opa = join(temporary, "opa");
  const built = await run("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", opa, "."], options);
  if (built.exitCode !== 0) return `go build of tools/opa failed: ${lastLine(built.output)}`;
  say("build of opa: compiling OPA's test cases to WebAssembly");
  const cases = await run("go", ["run", "-trimpath", "./cases", temporary], options);
  return cases.exitCode === 0 ? undefined : `tools/opa/cases failed: ${lastLine(cases.output)}`;
}
