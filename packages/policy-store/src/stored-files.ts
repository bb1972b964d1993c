import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { type Clock, osErrorText, systemClock } from "@kubewarden-ts/base";
import { StoreError } from "./errors.ts";
import { readFileAtMost } from "./module-bytes.ts";

/** Files below one folder. What lies outside of it is out of reach, also through symbolic links. */
export interface StoredFiles {
  /** The path of a file by its segments below the folder. */
  pathOf(segments: readonly string[]): string;
  /**
   * The bytes of a file; nothing when there is none.
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_TOO_LARGE`, `STORE_FILE_UNREADABLE`
   */
  read(segments: readonly string[], options: { maxBytes: number }): Promise<Uint8Array | undefined>;
  /**
   * Puts a file in place as a whole: who reads meanwhile, in this process or another, sees the old one or the new one.
   * @throws {StoreError} `STORE_OUTSIDE`, `STORE_NOT_WRITABLE`
   */
  write(segments: readonly string[], bytes: Uint8Array): Promise<void>;
}

const temporaryName = /^\.[0-9a-f-]{36}\.tmp$/;
/** Nothing takes that long to write: who began it has ended. */
const abandonedMs = 10 * 60_000;

/**
 * @param root - need not be there before the first file is written
 * @param options.clock - that of the file system
 */
export function createStoredFiles(
  root: string,
  { clock = systemClock }: { clock?: Pick<Clock, "now"> } = {},
): StoredFiles {
  const absolute = resolve(root);
  const pathOf = (segments: readonly string[]): string => {
    const path = join(absolute, ...segments);
    if (segments.every(isPlain)) return path;
    throw outside(path);
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
        if (cause instanceof StoreError) throw cause;
        throw new StoreError(`cannot read ${path}: ${osErrorText(cause)}`, { code: "STORE_FILE_UNREADABLE" });
      }
    },
    async write(segments, bytes) {
      const path = pathOf(segments);
      try {
        const folder = await folderOf(path);
        await removeAbandoned(folder, clock.now());
        await writeWhole(folder, basename(path), bytes);
      } catch (cause) {
        if (cause instanceof StoreError) throw cause;
        throw new StoreError(`cannot write ${path}: ${osErrorText(cause)}`, { code: "STORE_NOT_WRITABLE" });
      }
    },
  };
}

function isPlain(segment: string): boolean {
  return segment !== "" && segment !== "." && segment !== ".." && !/[/\0]/.test(segment);
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function outside(path: string): StoreError {
  return new StoreError(`${path} leads out of the folder of the modules`, { code: "STORE_OUTSIDE" });
}

async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const isMissing =
      error instanceof Error && "code" in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
    if (isMissing) return undefined;
    throw error;
  }
}

async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    {
      await using file = await open(temporary, "wx", 0o644);
      await file.writeFile(bytes);
      // what a name leads to is complete, also after the machine lost its power
      await file.sync();
    }
    await rename(temporary, join(folder, name));
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
