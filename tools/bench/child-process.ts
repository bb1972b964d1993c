import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { allocatorEnvironment } from "../start/allocator.ts";

/** A program that runs beside the bench and ends with it. */
export interface BenchProcess extends AsyncDisposable {
  readonly pid: number;
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it wrote to both streams so far, the end of it. */
  output(): string;
}

const keptCharacters = 20_000;

/**
 * Starts a script with the Node.js that runs this, in the environment that policy servers are meant to have.
 * @param options.nodeArgs - for Node.js itself, before the script
 * @param options.env - besides that of this process
 */
export function startScript(
  script: string,
  args: readonly string[],
  {
    cwd,
    nodeArgs = [],
    env = {},
  }: { cwd?: string; nodeArgs?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): BenchProcess {
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
    cwd,
    env: { ...allocatorEnvironment, ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-keptCharacters);
    });
  }
  const ended = once(child, "exit");
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  return {
    pid: child.pid ?? 0,
    child,
    output: () => text,
    async [Symbol.asyncDispose]() {
      process.off("exit", kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const timer = setTimeout(kill, 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}
