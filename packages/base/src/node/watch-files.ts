import { type FSWatcher, watch } from "node:fs";
import { readlink, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** How files are watched; what is not given is as a server needs it. */
export interface WatchOptions {
  /** How often to look although nothing was heard, in milliseconds: some file systems tell nothing. */
  readonly pollMs?: number;
  /** How long to wait after a sign of change, in milliseconds: whoever writes is to be done. */
  readonly settleMs?: number;
  /** Listen for changes in folders; on by default. */
  readonly listen?: boolean;
}

const defaultPollMs = 5_000;
const defaultSettleMs = 100;
const maxLinks = 16;

/** What tells one state of a file from another; `undefined` while it is not there. */
export type FileStamp = string | undefined;

/** Follows symbolic links, so that another target is another stamp, also when it holds the same bytes. */
export async function fileStamp(path: string): Promise<FileStamp> {
  try {
    const { dev, ino, mtimeNs, size } = await stat(path, { bigint: true });
    return [dev, ino, mtimeNs, size].join(" ");
  } catch {
    return undefined;
  }
}

/** The stamps of several files, by path. */
export async function fileStamps(paths: readonly string[]): Promise<Map<string, FileStamp>> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await fileStamp(path)] as const)));
}

/**
 * Watches files: those that are written in place, that are replaced, and that lie behind symbolic links which are turned
 * to another folder, as Kubernetes does with mounted Secrets, any number of times. A file that is not there has not
 * changed.
 * @param known - the stamps the files had when they were last read
 * @param onChange - called with the paths that changed, one call after the other
 */
export function watchFiles(
  known: ReadonlyMap<string, FileStamp>,
  onChange: (changed: ReadonlySet<string>) => Promise<void>,
  { pollMs = defaultPollMs, settleMs = defaultSettleMs, listen = true }: WatchOptions = {},
): Disposable {
  const stamps = new Map(known);
  const folders = new Map<string, FolderWatch>();
  let timer: NodeJS.Timeout | undefined;
  let state: "waiting" | "settling" | "looking" | "closed" = "waiting";
  let heardWhileLooking = false;

  const look = async (): Promise<void> => {
    // what happened in a folder before anybody listened there is found by looking once more
    if (listen && (await listenIn(folders, [...stamps.keys()], hear))) heardWhileLooking = true;
    const changed = new Set<string>();
    for (const [path, stamp] of await fileStamps([...stamps.keys()])) {
      if (stamp === undefined || stamp === stamps.get(path)) continue;
      stamps.set(path, stamp);
      changed.add(path);
    }
    if (changed.size > 0 && !isClosed()) await onChange(changed);
  };
  const run = async (): Promise<void> => {
    state = "looking";
    heardWhileLooking = false;
    await look();
    if (isClosed()) return closeAll(folders);
    if (heardWhileLooking) schedule("settling", settleMs);
    else schedule("waiting", pollMs);
  };
  const isClosed = (): boolean => state === "closed";
  const schedule = (next: "waiting" | "settling", delayMs: number): void => {
    state = next;
    clearTimeout(timer);
    timer = setTimeout(() => void run(), delayMs).unref();
  };
  const hear = (): void => {
    heardWhileLooking = true;
    // a folder in which something happens all the time must not put it off for ever
    if (state === "waiting") schedule("settling", settleMs);
  };

  void run();
  return {
    [Symbol.dispose]() {
      state = "closed";
      clearTimeout(timer);
      closeAll(folders);
    },
  };
}

interface FolderWatch {
  /** Of the folder that is listened to: another one may have come in its place. */
  readonly identity: string;
  readonly watcher: FSWatcher | undefined;
}

/**
 * Listens in all folders that decide what the paths lead to, and stops listening in those that no longer do.
 * @returns whether there is a folder in which nobody listened before
 */
async function listenIn(
  folders: Map<string, FolderWatch>,
  paths: readonly string[],
  hear: () => void,
): Promise<boolean> {
  let isNew = false;
  const wanted = new Set((await Promise.all(paths.map(foldersOf))).flat());
  for (const folder of wanted) {
    const identity = await folderIdentity(folder);
    if (folders.get(folder)?.identity === identity) continue;
    folders.get(folder)?.watcher?.close();
    folders.set(folder, { identity, watcher: folderWatcher(folder, hear) });
    isNew = true;
  }
  for (const [folder, { watcher }] of folders) {
    if (wanted.has(folder)) continue;
    watcher?.close();
    folders.delete(folder);
  }
  return isNew;
}

async function folderIdentity(folder: string): Promise<string> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return "";
  }
}

/** Without one, where the system has no more of them or the folder is not there, the files are looked at from time to time. */
function folderWatcher(folder: string, hear: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, hear);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** The folders that hold the path, each symbolic link on its way, and what it leads to in the end. */
async function foldersOf(path: string): Promise<string[]> {
  const folders: string[] = [];
  let next = resolve(path);
  for (let links = 0; links <= maxLinks; links++) {
    const link = await firstLink(next);
    folders.push(dirname(link?.at ?? next));
    if (link === undefined) break;
    next = link.target;
  }
  return folders;
}

/** The first symbolic link on a path, and the path with it replaced by what it says. */
async function firstLink(path: string): Promise<{ at: string; target: string } | undefined> {
  const parts: string[] = [];
  for (let at = path; at !== dirname(at); at = dirname(at)) parts.unshift(basename(at));
  let at = "/";
  for (const [index, part] of parts.entries()) {
    at = join(at, part);
    const text = await readlink(at).catch(() => undefined);
    if (text !== undefined) {
      return { at, target: resolve(dirname(at), text, ...parts.slice(index + 1)) };
    }
  }
  return undefined;
}

function closeAll(folders: Map<string, FolderWatch>): void {
  for (const { watcher } of folders.values()) watcher?.close();
  folders.clear();
}
