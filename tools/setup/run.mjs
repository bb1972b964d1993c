import { spawn } from "node:child_process";

/**
 * Runs a program to its end.
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd: string, env: Record<string, string | undefined>, output: "show" | "keep"}} options - `show` hands the
 *   program our terminal, `keep` collects what it writes
 * @returns {Promise<{exitCode: number, output: string}>} `exitCode` is -1 when the program cannot be started
 */
export function run(file, args, { cwd, env, output }) {
  return new Promise((resolve) => {
    const stdio = output === "show" ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"];
    const child = spawn(file, args, { cwd, env, stdio });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
    }
    child.once("error", (error) => resolve({ exitCode: -1, output: error.message }));
    child.once("close", (code) => resolve({ exitCode: code ?? -1, output: text }));
  });
}

/**
 * Says what is done, does it, and says how long it took.
 * @template T
 * @param {{say: (line: string) => void}} context
 * @param {{part: string, what: string, why: string, takes: string}} step
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function announced({ say }, { part, what, why, takes }, work) {
  say(`${what}: ${why}; takes ${takes}; leave out with KUBEWARDEN_TS_SKIP=${part}`);
  const startMs = performance.now();
  const result = await work();
  say(`${what}: done in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  return result;
}
