import { createHash } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 200;

/**
 * Runs `work` while no other set-up of the same checkout runs. The lock lies outside the checkout, because `npm ci`
 * removes `node_modules`.
 * @param {{root: string, say: (line: string) => void}} context
 * @param {() => Promise<void>} work
 */
export async function withSetupLock({ root, say }, work) {
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `kubewarden-ts-setup-${name}.lock`);
  await withLock({ path, what: "the set-up", say }, work);
}

/**
 * Runs `work` while no other process holds the lock. A lock whose owner died counts as free.
 * @template T
 * @param {{path: string, what: string, say: (line: string) => void}} lock - `what` the owner runs, for the message
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock({ path, what, say }, work) {
  mkdirSync(dirname(path), { recursive: true });
  let announcedWait = false;
  while (!taken(path)) {
    const owner = ownerOf(path);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!announcedWait)
      say(`waiting for ${what} that process ${owner} runs (if it does not, remove ${path})`);
    announcedWait = true;
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Takes the lock: a link appears at once and with its content, so nobody sees a lock without an owner.
 * @param {string} path
 */
function taken(path) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * @param {string} path
 * @returns {number | undefined} nothing when the lock was just released
 */
function ownerOf(path) {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
