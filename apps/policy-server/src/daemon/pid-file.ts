import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { osErrorText } from "@kubewarden-ts/base";
import { ServerError } from "../errors.ts";

/** What is known about a process. */
export interface ProcessTable {
  /** Whether there is a process with this id. */
  isAlive(pid: number): boolean;
  /** When it started, in milliseconds since 1970; `undefined` where the system does not say. */
  startTimeMs(pid: number): Promise<number | undefined>;
}

/** The start of a process and the time of a file are not measured by the same clock. */
const toleranceMs = 2_000;
const maxAttempts = 3;

/**
 * Writes the process id into a file that no other running process holds. Node.js has no file locks: a file counts as held
 * while the process that it names lives, and that process is older than the file (a later one got the number by chance).
 * @returns removes the file when disposed of
 * @throws {ServerError} `SERVER_DAEMON_FAILED`
 */
export async function claimPidFile(
  path: string,
  pid: number,
  processes: ProcessTable = systemProcesses,
): Promise<AsyncDisposable> {
  const draft = `${path}.${pid}`;
  try {
    await writeFile(draft, `${pid}\n`);
    // a link appears with its content, so nobody reads a file that is not written yet
    for (let attempt = 1; !(await isLinked(draft, path)); attempt++) {
      await refuseHeldPidFile(path, processes);
      if (attempt === maxAttempts) throw cannotDaemonize(`${path} is held by another process`);
      await removeStale(path, `${draft}.stale`, processes);
    }
  } catch (error) {
    throw error instanceof ServerError ? error : cannotDaemonize(`${path}: ${osErrorText(error)}`);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async [Symbol.asyncDispose]() {
      if ((await pidIn(path).catch(() => undefined)) === pid) await rm(path, { force: true });
    },
  };
}

/** Moves the file away first: what was moved may be the new file of another one that is starting, and goes back then. */
async function removeStale(path: string, aside: string, processes: ProcessTable): Promise<void> {
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  try {
    if ((await holderOf(aside, processes)) !== undefined) await isLinked(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Looks whether a running process holds the file.
 * @throws {ServerError} `SERVER_DAEMON_FAILED` when one does, or when the file cannot be read
 */
export async function refuseHeldPidFile(
  path: string,
  processes: ProcessTable = systemProcesses,
): Promise<void> {
  const holder = await holderOf(path, processes).catch((error: unknown) => {
    throw cannotDaemonize(`${path}: ${osErrorText(error)}`);
  });
  if (holder !== undefined) throw cannotDaemonize(`${path} is held by the running process ${holder}`);
}

async function holderOf(path: string, { isAlive, startTimeMs }: ProcessTable): Promise<number | undefined> {
  const written = await stat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (written === undefined) return undefined;
  const pid = await pidIn(path);
  if (pid === undefined || !isAlive(pid)) return undefined;
  const started = await startTimeMs(pid);
  return started === undefined || started <= written.mtimeMs + toleranceMs ? pid : undefined;
}

async function pidIn(path: string): Promise<number | undefined> {
  const text = (await readFile(path, "latin1")).trim();
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

const systemProcesses: ProcessTable = {
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // somebody else's process is a process as well
      return hasCode(error, "EPERM");
    }
  },
  async startTimeMs(pid) {
    try {
      // proc(5): field 22 of stat, in hundredths of a second since the machine started; the name before may hold anything
      const fields = (await readFile(`/proc/${pid}/stat`, "latin1")).replace(/^.*\) /s, "").split(" ");
      const booted = /^btime (\d+)$/m.exec(await readFile("/proc/stat", "latin1"))?.[1];
      return Number(booted) * 1000 + Number(fields[19]) * 10;
    } catch {
      return undefined;
    }
  },
};

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function cannotDaemonize(problem: string): ServerError {
  return new ServerError(`Cannot daemonize: ${problem}`, { code: "SERVER_DAEMON_FAILED" });
}
