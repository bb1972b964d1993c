import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { createInterface } from "node:readline";

/** What a build of minutes runs at, so that the machine stays usable. */
const BACKGROUND_PRIORITY = 10;

/**
 * Runs a program to its end.
 * @param {string} file
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.cwd
 * @param {Record<string, string | undefined>} options.env
 * @param {"show" | "keep"} options.output - `show` hands the program our terminal, `keep` collects what it writes
 * @param {boolean} [options.background] - with less claim on the CPU than what else runs
 * @param {(line: string) => void} [options.onLine] - told each line of stderr, with `keep`
 * @returns {Promise<{exitCode: number, output: string}>} `exitCode` is -1 when the program cannot be started
 */
export function run(file, args, { cwd, env, output, background = false, onLine }) {
  return new Promise((resolve) => {
    const stdio = output === "show" ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"];
    const child = spawn(file, args, { cwd, env, stdio });
    if (background) lowerPriority(child.pid);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
    }
    if (onLine !== undefined && child.stderr !== null) {
      createInterface({ input: child.stderr }).on("line", onLine);
    }
    child.once("error", (error) => resolve({ exitCode: -1, output: error.message }));
    child.once("close", (code) => resolve({ exitCode: code ?? -1, output: text }));
  });
}

/** @param {number | undefined} pid */
function lowerPriority(pid) {
  try {
    if (pid !== undefined) setPriority(pid, BACKGROUND_PRIORITY);
  } catch {
    // it ended already, or the system has no priorities: nothing depends on it
  }
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
