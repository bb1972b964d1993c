import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * SHA-256 over names and contents of all files of a folder, in hex.
 * @param {string} folder
 */
export function hashFolder(folder) {
  const hash = createHash("sha256");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    hash.update(path.slice(folder.length)).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}

/**
 * SHA-256 over the contents of files, in hex.
 * @param {string[]} paths
 */
export function hashFiles(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    const content = readFileSync(path);
    hash.update(`${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** @param {string} path */
export function hashFile(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** @param {string} path */
export function readStamp(path) {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/**
 * Writes a whole file or nothing: a reader beside us never sees half of it.
 * @param {string} path
 * @param {string} text
 */
export function writeWhole(path, text) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
