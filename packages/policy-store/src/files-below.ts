import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { osErrorText } from "@kubewarden-ts/base";
import { StoreError } from "./errors.ts";
import { hasCode, isMissing, isTemporary } from "./stored-files.ts";

/**
 * Names of the regular files below a folder, from it on; links are not followed.
 * @param takes - which of its own entries are looked at
 * @throws {StoreError} `STORE_FILE_UNREADABLE`
 */
export async function filesBelow(folder: string, takes: (name: string) => boolean): Promise<string[][]> {
  const found: string[][] = [];
  for (const entry of await entriesOf(folder)) {
    const { name } = entry;
    if (!takes(name)) continue;
    if (entry.isFile()) found.push([name]);
    if (!entry.isDirectory()) continue;
    const below = await filesBelow(join(folder, name), (each) => !isTemporary(each));
    for (const names of below) found.push([name, ...names]);
  }
  return found;
}

/** Of a folder that is not there, or was removed meanwhile, none. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, /^ENOENT$/)) return [];
    throw unreadable(folder, error);
  }
}

/**
 * Whether a regular file is there, and no link.
 * @throws {StoreError} `STORE_FILE_UNREADABLE` when it cannot be told
 */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw unreadable(path, error);
  }
}

/** The error of a file or folder that cannot be read. */
export function unreadable(path: string, error: unknown): StoreError {
  return new StoreError(`cannot read ${path}: ${osErrorText(error)}`, { code: "STORE_FILE_UNREADABLE" });
}
