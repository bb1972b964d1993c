import type { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open } from "node:fs/promises";
import { type Logger, osErrorText } from "@kubewarden-ts/base";
import { ServerError } from "../errors.ts";
import { refuseHeldPidFile } from "./pid-file.ts";

/** Where a server in the background leaves its number and its output. */
export interface DaemonFiles {
  readonly pidFile: string;
  /** Without one the output is thrown away. */
  readonly stdoutFile: string | undefined;
  readonly stderrFile: string | undefined;
}

/** What the server in the background tells who started it. */
export type DaemonReport =
  | { readonly kind: "ready" }
  /** What it wrote to its standard error before it ended. */
  | { readonly kind: "failed"; readonly stderr: string };

/** Which of the two processes this is. */
export type Background =
  | {
      readonly role: "starter";
      /** Starts this program again with the same options, in a session of its own. */
      readonly spawn: (stdio: StdioOptions) => ChildProcess;
    }
  | {
      readonly role: "server";
      readonly report: (report: DaemonReport) => void;
    };

/**
 * Starts the server in the background and waits until it is ready (policy-server 14). Node.js cannot fork, so it is
 * started anew with the same options and working folder; upstream changes to `/`, where relative paths lead nowhere.
 * @param options.shutdown - aborted: the server is asked to stop as well
 * @returns the text of its standard error when it failed, else `undefined`
 * @throws {ServerError} `SERVER_DAEMON_FAILED`
 */
export async function startInBackground(
  files: DaemonFiles,
  {
    spawn,
    log,
    shutdown,
  }: {
    spawn: (stdio: StdioOptions) => ChildProcess;
    log: Logger;
    shutdown: AbortSignal;
  },
): Promise<string | undefined> {
  log.info("Running instance as a daemon");
  // before the files of a running server are emptied
  await refuseHeldPidFile(files.pidFile);
  await using stdout = await outputFile("stdout", files.stdoutFile);
  await using stderr = await outputFile("stderr", files.stderrFile);
  const child = spawn(["ignore", stdout?.fd ?? "ignore", stderr?.fd ?? "ignore", "ipc"]);
  const stop = () => void child.kill();
  shutdown.addEventListener("abort", stop, { once: true });
  try {
    return await failureOf(child);
  } finally {
    shutdown.removeEventListener("abort", stop);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

async function failureOf(child: ChildProcess): Promise<string | undefined> {
  const ended = once(child, "close");
  let failure: string | undefined;
  const { promise: ready, resolve } = Promise.withResolvers<"ready">();
  child.on("message", (report: DaemonReport) => {
    if (report.kind === "ready") resolve("ready");
    else failure = report.stderr;
  });
  const first = await Promise.race([ready, ended]);
  if (first === "ready") return undefined;
  const [code, signal] = first;
  return failure ?? `Error: Cannot daemonize: the server ended with ${signal ?? code}\n`;
}

async function outputFile(
  name: "stdout" | "stderr",
  path: string | undefined,
): Promise<FileHandle | undefined> {
  if (path === undefined) return undefined;
  try {
    return await open(path, "w");
  } catch (cause) {
    throw new ServerError(`Cannot create file for daemon ${name}: ${osErrorText(cause)}`, {
      code: "SERVER_DAEMON_FAILED",
    });
  }
}
