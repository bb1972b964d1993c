import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp } from "../../bundle-app.ts";
import { type Report, targetNote } from "../report.ts";
import { objectCount, startAuditedCluster } from "./audited-cluster.ts";
import { startBenchServer } from "./bench-server.ts";
import { namespaceCount } from "./pod-manifest.ts";
import { runScanner, type ScannerRun } from "./scanner-run.ts";

const columns = [
  { key: "what", title: "run" },
  { key: "seconds", title: "s", digits: 1 },
  { key: "objects", title: "objects" },
  { key: "results", title: "results" },
  { key: "errors", title: "errors" },
  { key: "reused", title: "reused" },
  { key: "scannerMb", title: "scanner MB", digits: 0 },
  { key: "serverMb", title: "server MB", digits: 0 },
  { key: "scannerCpu", title: "scanner CPU s", digits: 1 },
  { key: "serverCpu", title: "server CPU s", digits: 1 },
  { key: "apiCpu", title: "API server CPU s", digits: 1 },
  { key: "etcdCpu", title: "etcd CPU s", digits: 1 },
];

/** 10 000 Pods and 10 policies: a real API server, our policy server, the scanner as it ships. */
export async function auditBench(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-bench-"));
  await using parts = new AsyncDisposableStack();
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const { server, policies } = await startBenchServer(folder);
  parts.use(server);
  const cluster = parts.use(await startAuditedCluster(policies));
  const program = join(folder, "scanner");
  await bundleApp("audit-scanner", program);
  const { kubeconfigPath, namespace, pids } = cluster;
  const target = {
    ...{ kubeconfigPath, namespace, origin: server.origin, program: join(program, "main.js") },
    helpers: { server: server.pid, api: pids.apiServer, etcd: pids.etcd },
  };
  const rows = [];
  for (const [what, args] of runs) rows.push({ what, ...rowOf(await runScanner(target, args)) });
  const [first, , again] = rows;
  return {
    name: "audit",
    columns,
    rows,
    notes: [
      `${objectCount} Pods in ${namespaceCount} namespaces, ${policies.length} policies`,
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

function rowOf({ usage, ...run }: ScannerRun) {
  const of = (name: string) => usage[name] ?? { cpuSeconds: 0, residentMb: 0 };
  return {
    ...run,
    scannerMb: of("scanner").residentMb,
    serverMb: of("server").residentMb,
    scannerCpu: of("scanner").cpuSeconds,
    serverCpu: of("server").cpuSeconds,
    apiCpu: of("api").cpuSeconds,
    etcdCpu: of("etcd").cpuSeconds,
  };
}
