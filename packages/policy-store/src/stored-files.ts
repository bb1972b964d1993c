import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { type Clock, osErrorText, systemClock } from "@kubewarden-ts/base";
import { StoreError } from "./errors.ts";
import { readFileAtMost, stampOf } from "./module-bytes.ts";
import { windowsNames } from "./windows-path.ts";

/** Files below one folder. What lies outside of it is out of reach, also through symbolic links. */
export interface StoredFiles {
  /** The path of a file by its segments below the folder. */
  pathOf(segments: readonly string[]): string;
  /**
   * A file; nothing when there is none.
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_TOO_LARGE`, `STORE_FILE_UNREADABLE`
   */
  read(segments: readonly string[], options: { maxBytes: number }): Promise<StoredFile | undefined>;
  /**
   * Puts a file in place as a whole: who reads meanwhile, in this process or another, sees the old one or the new one.
   * @returns the stamp of the file
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_NOT_WRITABLE`
   */
  write(segments: readonly string[], bytes: Uint8Array): Promise<string>;
  /**
   * Removes a file, and the folders above it that hold nothing else any more; what is not there is removed already.
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_NOT_WRITABLE`
   */
  remove(segments: readonly string[]): Promise<void>;
}

/** What a file held when it was read. */
export interface StoredFile {
  readonly bytes: Uint8Array;
  /** Changes when somebody writes the file again: its length, and when it was last written. */
  readonly stamp: string;
}

/** What of the file system a test may let fail. */
export type FileSystemCalls = Pick<typeof import("node:fs/promises"), "open" | "rename">;

export interface StoredFilesOptions {
  /** that of the file system */
  readonly clock?: Pick<Clock, "now">;
  /** Whether names are those of {@link windowsNames}. */
  readonly isWindows?: boolean | undefined;
  readonly calls?: FileSystemCalls;
}

const temporaryName = /^\.[0-9a-f-]{36}\.tmp$/;
/** Nothing takes that long to write: who began it has ended. */
const abandonedMs = 10 * 60_000;
/** Somebody who removes files may take an empty folder away before the first file is in it. */
const maxWriteAttempts = 5;

/** @param root - need not be there before the first file is written */
export function createStoredFiles(
  root: string,
  { clock = systemClock, isWindows = false, calls = { open, rename } }: StoredFilesOptions = {},
): StoredFiles {
  const absolute = resolve(root);
  const pathOf = (segments: readonly string[]): string => {
    if (!segments.every(isPlain)) throw outside(join(absolute, ...segments));
    return join(absolute, ...(isWindows ? windowsNames(segments) : segments));
  };
  const realRoot = async (): Promise<string> => (await realPathOf(absolute)) ?? absolute;

  /** Where a path leads to, if it is there. */
  const inside = async (path: string): Promise<string | undefined> => {
    const real = await realPathOf(path);
    if (real === undefined || isBelow(await realRoot(), real)) return real;
    throw outside(path);
  };

  /** The folder of a file, made where it is missing; links are looked at before anything is made behind them. */
  const folderOf = async (path: string): Promise<string> => {
    const folder = dirname(path);
    let known = folder;
    while (known.length > absolute.length && (await inside(known)) === undefined) known = dirname(known);
    await mkdir(folder, { recursive: true });
    return (await inside(folder)) ?? folder;
  };

  return {
    pathOf,
    async read(segments, { maxBytes }) {
      const path = pathOf(segments);
      try {
        const real = await inside(path);
        return real === undefined ? undefined : await readFileAtMost(real, { maxBytes });
      } catch (cause) {
        // removed after it was found
        if (isMissing(cause)) return undefined;
        if (cause instanceof StoreError) throw cause;
        throw new StoreError(`cannot read ${path}: ${osErrorText(cause)}`, { code: "STORE_FILE_UNREADABLE" });
      }
    },
    async write(segments, bytes) {
      const path = pathOf(segments);
      for (let attempt = 1; ; attempt++) {
        try {
          const folder = await folderOf(path);
          await removeAbandoned(folder, clock.now());
          return await writeWhole(folder, basename(path), bytes, calls);
        } catch (cause) {
          if (isMissing(cause) && attempt < maxWriteAttempts) continue;
          throw notWritable("write", path, cause);
        }
      }
    },
    async remove(segments) {
      const path = pathOf(segments);
      try {
        if ((await inside(dirname(path))) === undefined) return;
        await rm(path, { force: true });
        for (let folder = dirname(path); folder.length > absolute.length; folder = dirname(folder)) {
          await removeAbandoned(folder, clock.now());
          await rmdir(folder);
        }
      } catch (cause) {
        // a folder that holds something, or that somebody else has removed
        if (hasCode(cause, /^(ENOTEMPTY|EEXIST|ENOENT)$/)) return;
        throw notWritable("remove", path, cause);
      }
    },
  };
}

/** Whether a name is one under which a file is being written. */
export function isTemporary(name: string): boolean {
  return temporaryName.test(name);
}

/** Whether a name is one of a file in its folder, and nothing else. */
export function isPlain(segment: string): boolean {
  return segment !== "" && segment !== "." && segment !== ".." && !/[/\0]/.test(segment);
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function outside(path: string): StoreError {
  return new StoreError(`${path} leads out of the folder of the modules`, { code: "STORE_OUTSIDE" });
}

function notWritable(deed: string, path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  return new StoreError(`cannot ${deed} ${path}: ${osErrorText(cause)}`, { code: "STORE_NOT_WRITABLE" });
}

/** Whether the system says one of these. */
export function hasCode(error: unknown, codes: RegExp): boolean {
  return error instanceof Error && "code" in error && codes.test(String(error.code));
}

/** Also when a folder on the way is missing, or is none; and what can have no file has none. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, /^(ENOENT|ENOTDIR|ENAMETOOLONG)$/);
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeWhole(
  folder: string,
  name: string,
  bytes: Uint8Array,
  { open, rename }: FileSystemCalls,
): Promise<string> {
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    let stamp: string;
    {
      await using file = await open(temporary, "wx", 0o644);
      await file.writeFile(bytes);
      // what a name leads to is complete, also after the machine lost its power
      await file.sync();
      stamp = stampOf(await file.stat());
    }
    await rename(temporary, join(folder, name));
    return stamp;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A process that was killed while it wrote leaves a file that nobody would ever read. */
async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => temporaryName.test(each))) {
    const path = join(folder, name);
    const changed = await stat(path).catch(() => undefined);
    if (changed !== undefined && nowMs - changed.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}
