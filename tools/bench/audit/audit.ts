import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { bundleApp } from "../../bundle-app.ts";
import { startScript } from "../child-process.ts";
import { processUsage } from "../process-usage.ts";
import { type Report, targetNote } from "../report.ts";
import { policyServerSource, startPolicyServer } from "../server/measured-server.ts";
import { type AuditedCluster, namespaceCount, objectCount, startAuditedCluster } from "./audited-cluster.ts";
import { buildBenchPolicies } from "./bench-policies.ts";

const columns = [
  { key: "what", title: "run" },
  { key: "seconds", title: "s", digits: 1 },
  { key: "objects", title: "objects" },
  { key: "results", title: "results" },
  { key: "errors", title: "errors" },
  { key: "reused", title: "reused" },
  { key: "scannerMb", title: "scanner MB" },
  { key: "serverMb", title: "server MB" },
];

/** What one run of the scanner took and came to. */
interface Run {
  readonly seconds: number;
  readonly objects: number;
  readonly results: number;
  readonly errors: number;
  readonly reused: number;
  /** at its highest */
  readonly scannerMb: number;
  readonly serverMb: number;
}

/** 10 000 Pods and 10 policies: a real API server, our policy server, the scanner as it ships. */
export async function auditBench(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-bench-"));
  await using parts = new AsyncDisposableStack();
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const policies = await buildBenchPolicies(folder);
  const policiesFile = join(folder, "policies.yml");
  const modules = Object.entries(policies).map(([name, path]) => [
    `clusterwide-${name}`,
    { module: `file://${path}`, settings: {} },
  ]);
  await writeFile(policiesFile, JSON.stringify(Object.fromEntries(modules)));
  const server = parts.use(await startPolicyServer({ policiesFile, script: policyServerSource }));
  const cluster = parts.use(await startAuditedCluster(Object.keys(policies)));
  const program = join(folder, "scanner");
  await bundleApp("audit-scanner", program);
  const target = { cluster, origin: server.origin, serverPid: server.pid, program: join(program, "main.js") };
  const rows = [];
  for (const [what, args] of runs) rows.push({ what, ...(await scan(target, args)) });
  const [first, , again] = rows;
  return {
    name: "audit",
    columns,
    rows,
    notes: [
      `${objectCount} Pods in ${namespaceCount} namespaces, ${Object.keys(policies).length} policies`,
      targetNote("first run", first?.seconds ?? 0, 60, "s"),
      targetNote("incremental run without changes", again?.seconds ?? 0, 6, "s"),
      targetNote("RSS of the scanner", Math.max(...rows.map(({ scannerMb }) => scannerMb)), 200, "MB"),
    ],
  };
}

const runs: readonly (readonly [string, readonly string[]])[] = [
  ["first", []],
  ["first incremental", ["--incremental"]],
  ["incremental, nothing changed", ["--incremental"]],
];

async function scan(
  {
    cluster,
    origin,
    serverPid,
    program,
  }: { cluster: AuditedCluster; origin: string; serverPid: number; program: string },
  args: readonly string[],
): Promise<Run> {
  const startMs = performance.now();
  const all = ["-u", origin, "-k", cluster.namespace, "--report-kind=openreports", "-l", "info", ...args];
  await using child = startScript(program, all, { env: { KUBECONFIG: cluster.kubeconfigPath } });
  const ended = once(child.child, "exit");
  const peaks = followPeaks([child.pid, serverPid], ended);
  const [exitCode] = await ended;
  if (exitCode !== 0) throw new Error(`the scanner ended with ${exitCode}:\n${child.output()}`);
  const seconds = (performance.now() - startMs) / 1000;
  const [scannerMb = 0, serverMb = 0] = await peaks;
  const totals = totalsOf(child.output());
  return { seconds, ...totals, scannerMb: Math.round(scannerMb), serverMb: Math.round(serverMb) };
}

/** The most memory that each process had. */
async function followPeaks(pids: readonly number[], ended: Promise<unknown>): Promise<number[]> {
  const peaks = pids.map(() => 0);
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    for (const [index, pid] of pids.entries()) {
      const usage = await processUsage(pid).catch(() => undefined);
      peaks[index] = Math.max(peaks[index] ?? 0, usage?.residentMb ?? 0);
    }
    await delay(50);
  }
  return peaks;
}

function totalsOf(log: string): Pick<Run, "objects" | "results" | "errors" | "reused"> {
  const last = log.split("\n").findLast((line) => line.includes('"audit finished"')) ?? "{}";
  const { objects = 0, pass = 0, fail = 0, error = 0, "results-reused": reused = 0 } = JSON.parse(last);
  return { objects, results: pass + fail + error, errors: error, reused };
}
