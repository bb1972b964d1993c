import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const main = join(import.meta.dirname, "..", "main.ts");
const noCluster = /^Cannot connect to Kubernetes cluster: .+\nCannot connect to Kubernetes, .+\n/;

/** Starts the program as a process of its own, on free ports and without a cluster unless `plain`. */
export function spawnProgram(
  folder: string,
  argv: readonly string[],
  { plain = false, env = {} }: { plain?: boolean; env?: Readonly<Record<string, string>> } = {},
): ChildProcess {
  const addresses = ["--addr=127.0.0.1", "--port=0", "--readiness-probe-port=0"];
  const withoutCluster = "--ignore-kubernetes-connection-failure";
  return spawn(process.execPath, [main, ...(plain ? [] : [...addresses, withoutCluster]), ...argv], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The ports of the listeners, once both are bound. */
export async function portsOf(server: ChildProcess): Promise<number[]> {
  const ports: number[] = [];
  if (server.stdout === null) return ports;
  for await (const line of createInterface(server.stdout)) {
    ports.push(...portsIn(line));
    if (ports.length === 2) break;
  }
  server.stdout.resume();
  return ports;
}

/** The ports that a log in text format tells: of the API, then of readiness. */
export function portsIn(log: string): number[] {
  return [...log.matchAll(/ port=(\d+)/g)].map(([, port]) => Number(port));
}

/** How the process ended. That there is no cluster is said at every start, and left out. */
export async function endOf(server: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = "";
  server.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(server, "close");
  return { code, stderr: stderr.replace(noCluster, "") };
}
