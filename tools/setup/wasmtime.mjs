import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { goEnv, goProblem, hashGoFiles, lastLine, oldestGo } from "./go-toolchain.mjs";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";

/** @typedef {import("./context.mjs").Context} Context */

/**
 * The program of `tests/wasmtime`, which runs policies in wasmtime.
 * @param {Context} context
 * @returns {Promise<import("./context.mjs").Part>} `path` is the program
 */
export async function provideWasmtime(context) {
  if (context.skipped.has("wasmtime")) return leftOut();
  const source = join(context.root, "tests", "wasmtime");
  const program = cachedProgram(context, source);
  if (existsSync(program)) return available(program);
  const problem =
    (await goProblem(context, { oldest: oldestGo(source) })) ?? (await compilerProblem(context));
  if (problem !== undefined) return unavailable(problem);
  const step = {
    part: "wasmtime",
    what: "build of wasmtime-host",
    why: "tests run our policies in wasmtime, as the hosts of Kubewarden do",
    takes: "half a minute, once for this machine (60 MB of downloads)",
  };
  const fill = (temporary) => announced(context, step, () => build(context, { source, temporary }));
  const folder = dirname(program);
  const failure = await fillOnce({ folder, what: step.what, say: context.say }, fill);
  return failure === undefined ? available(program) : unavailable(failure);
}

function cachedProgram({ machineCacheFolder }, source) {
  const folder = `${process.platform}-${process.arch}-${hashGoFiles(source).slice(0, 16)}`;
  return join(machineCacheFolder, "wasmtime", folder, "wasmtime-host");
}

/** wasmtime comes as a library for C programs. */
async function compilerProblem({ root, env }) {
  const options = { cwd: root, env: cgoEnv(env), output: "keep" };
  const { output } = await run("go", ["env", "CC"], options);
  const [compiler = ""] = output.trim().split(" ");
  const { exitCode } = await run(compiler, ["--version"], options);
  if (exitCode === 0) return undefined;
  return `there is no C compiler ${compiler}: install one, or name it in CC, and run npm test again`;
}

/**
 * @param {Context} context
 * @param {{source: string, temporary: string}} folders
 * @returns {Promise<string | undefined>} what failed
 */
async function build({ env }, { source, temporary }) {
  const args = ["build", "-trimpath", "-ldflags=-s -w", "-o", join(temporary, "wasmtime-host"), "."];
  const options = { cwd: source, env: cgoEnv(env), output: "keep", background: true };
  const { exitCode, output } = await run("go", args, options);
  return exitCode === 0 ? undefined : `go build of tests/wasmtime failed: ${lastLine(output)}`;
}

function cgoEnv(env) {
  return { ...goEnv(env), CGO_ENABLED: "1" };
}
