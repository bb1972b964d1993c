import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { startWatchdog } from "../../../tests/support/server-process.ts";

export interface SupervisedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** gets what the process writes, appended */
  readonly logPath: string;
}

/** A process that is killed when ours ends, however that happens. */
export interface SupervisedProcess {
  readonly pid: number | undefined;
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Asks it to end; after the time it is killed. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a process. That it cannot be started counts as its end. */
export function superviseProcess(options: SupervisedProcessOptions): SupervisedProcess {
  const { command, args, env, cwd, logPath } = options;
  const log = createWriteStream(logPath, { flags: "a" });
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C is for us
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const watchdog = startWatchdog(child.pid, undefined);
  const ended = endOf(child).finally(() => {
    watchdog.kill("SIGKILL");
    log.end();
  });
  return {
    pid: child.pid,
    ended,
    async stop(graceMs) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function endOf(child: ChildProcess): Promise<number | string> {
  try {
    const [code, signal] = await once(child, "exit");
    return code ?? signal;
  } catch (error) {
    return String(error);
  }
}
