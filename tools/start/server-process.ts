import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { allocatorEnvironment } from "./allocator.ts";

const POLL_MS = 20;
const READY_TIMEOUT_MS = 60_000;

/** A running policy server. */
export interface ServerProcess extends AsyncDisposable {
  /** Resolves once it answers its readiness probe. */
  ready(): Promise<void>;
  /** Lets it read its policies again. */
  reload(): void;
  /** Resolves with its exit code when it has ended, for whatever reason. */
  readonly ended: Promise<number>;
}

/**
 * Starts a program that serves `GET /readiness`; its output goes to our terminal.
 * @param script - path of a script for the Node.js that runs this
 */
export function startServerProcess(
  script: string,
  args: readonly string[],
  { cwd, readinessUrl }: { cwd: string; readinessUrl: string },
): ServerProcess {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...allocatorEnvironment, ...process.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : 1));
  return {
    ready: () => untilReady(child, readinessUrl),
    reload: () => child.kill("SIGHUP"),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null)
      throw new Error("the policy server ended before it was ready; see its output above");
    if (performance.now() > deadlineMs)
      throw new Error(`the policy server is not ready after ${READY_TIMEOUT_MS} ms`);
    await delay(POLL_MS);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // not listening yet
  }
}
