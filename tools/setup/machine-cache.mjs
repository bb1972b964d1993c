import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { withLock } from "./lock.mjs";

/**
 * Where builds of minutes are kept, for all checkouts of this machine.
 * @param {Record<string, string | undefined>} env
 */
export function machineCacheFolder(env) {
  // The specification of base directories: a relative path counts as unset.
  const base = env["XDG_CACHE_HOME"]?.startsWith("/") ? env["XDG_CACHE_HOME"] : join(homedir(), ".cache");
  return join(base, "kubewarden-ts");
}

/**
 * Fills a folder of the cache once: under a lock, in a temporary folder that gets its name when it is complete.
 * @template T
 * @param {{folder: string, what: string, say: (line: string) => void}} target - `what` is built, for who waits
 * @param {(temporaryFolder: string) => Promise<T | undefined>} fill - what it answers is a failure: nothing is kept
 * @returns {Promise<T | undefined>} the failure; nothing when the folder is there
 */
export async function fillOnce({ folder, what, say }, fill) {
  return withLock({ path: join(dirname(folder), "lock"), what, say }, async () => {
    if (existsSync(folder)) return undefined; // another set-up did it while we waited
    const temporary = `${folder}.${process.pid}`;
    mkdirSync(temporary, { recursive: true });
    try {
      const failure = await fill(temporary);
      if (failure === undefined) renameSync(temporary, folder);
      return failure;
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
}
