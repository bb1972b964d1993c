import { spawn } from "node:child_process";
import { once } from "node:events";
import { startScript } from "../child-process.ts";

const startTimeoutMs = 120_000;

/**
 * Runs a script to its end.
 * @returns how long it took, in milliseconds
 * @throws {Error} with its output, when it does not end with 0
 */
export async function timeScript(script: string, args: readonly string[], cwd: string): Promise<number> {
  const startMs = performance.now();
  await using started = startScript(script, args, { cwd });
  const [code] = await once(started.child, "exit");
  const tookMs = performance.now() - startMs;
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${started.output()}`);
  return tookMs;
}

/**
 * Runs a program until it prints a text, then ends it and everything it started.
 * @returns how long that took, in milliseconds
 */
export async function timeUntilPrinted(
  file: string,
  args: readonly string[],
  { cwd, env, text }: { cwd: string; env: NodeJS.ProcessEnv; text: string },
): Promise<number> {
  const startMs = performance.now();
  // A group of its own, so that the programs behind npm can be ended with it.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const endGroup = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  };
  const atExit = (): void => endGroup("SIGKILL");
  process.once("exit", atExit);
  const timer = setTimeout(() => endGroup("SIGTERM"), startTimeoutMs);
  let output = "";
  try {
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      output += chunk;
      if (output.includes(text)) return performance.now() - startMs;
    }
    throw new Error(`${file} ${args.join(" ")} ended without "${text}":\n${output}`);
  } finally {
    clearTimeout(timer);
    process.off("exit", atExit);
    if (child.exitCode === null && child.signalCode === null) {
      endGroup("SIGTERM");
      await ended;
    }
  }
}
