import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { startScript } from "../child-process.ts";
import { processUsage } from "../process-usage.ts";

/** What the scanner is run against. */
export interface ScanTarget {
  /** the program as it ships */
  readonly program: string;
  readonly kubeconfigPath: string;
  /** namespace of the policy servers */
  readonly namespace: string;
  /** of the policy server */
  readonly origin: string;
  /** processes that work for a scan, by name */
  readonly helpers: Readonly<Record<string, number>>;
}

/** What one run of the scanner took and came to. */
export interface ScannerRun {
  readonly seconds: number;
  readonly objects: number;
  readonly results: number;
  readonly errors: number;
  readonly reused: number;
  readonly usage: Readonly<Record<string, Usage>>;
}

/** What a process took during a run. */
export interface Usage {
  readonly cpuSeconds: number;
  /** at its highest */
  readonly residentMb: number;
}

/** Runs the scanner to its end; what it took stands under `scanner`. @throws {Error} when it fails, with its log */
export async function runScanner(target: ScanTarget, args: readonly string[]): Promise<ScannerRun> {
  const { program, kubeconfigPath, namespace, origin, helpers } = target;
  const startMs = performance.now();
  const all = ["-u", origin, "-k", namespace, "--report-kind=openreports", "-l", "info", ...args];
  await using child = startScript(program, all, { env: { KUBECONFIG: kubeconfigPath } });
  const ended = once(child.child, "exit");
  const followed = follow({ scanner: child.pid, ...helpers }, ended);
  const [exitCode] = await ended;
  if (exitCode !== 0) throw new Error(`the scanner ended with ${exitCode}:\n${child.output()}`);
  const seconds = (performance.now() - startMs) / 1000;
  return { seconds, ...totalsOf(child.output()), usage: await followed };
}

async function follow(pids: Readonly<Record<string, number>>, ended: Promise<unknown>) {
  const followed = await Promise.all(
    Object.entries(pids).map(async ([name, pid]) => ({ name, pid, start: await processUsage(pid) })),
  );
  const usage = Object.fromEntries(followed.map(({ name }) => [name, { cpuSeconds: 0, residentMb: 0 }]));
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    for (const { name, pid, start } of followed) {
      const now = await processUsage(pid).catch(() => undefined);
      if (now === undefined) continue;
      const cpuSeconds = (now.cpuUs - start.cpuUs) / 1e6;
      usage[name] = { cpuSeconds, residentMb: Math.max(usage[name]?.residentMb ?? 0, now.residentMb) };
    }
    await delay(50);
  }
  return usage;
}

function totalsOf(log: string): Omit<ScannerRun, "seconds" | "usage"> {
  const last = log.split("\n").findLast((line) => line.includes('"audit finished"')) ?? "{}";
  const { objects = 0, pass = 0, fail = 0, error = 0, "results-reused": reused = 0 } = JSON.parse(last);
  return { objects, results: pass + fail + error, errors: error, reused };
}
