import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeconfigOf } from "../../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { bundleApp } from "../../bundle-app.ts";
import type { Report } from "../report.ts";
import { startBenchServer } from "./bench-server.ts";
import { startLargeCluster } from "./large-cluster.ts";
import { runScanner } from "./scanner-run.ts";

const columns = [
  { key: "objects", title: "objects" },
  { key: "what", title: "run" },
  { key: "seconds", title: "s", digits: 1 },
  { key: "perObject", title: "ms per object", digits: 2 },
  { key: "scannerCpu", title: "scanner CPU ms per object", digits: 2 },
  { key: "scannerMb", title: "scanner MB", digits: 0 },
  { key: "requests", title: "API calls" },
  { key: "errors", title: "errors" },
];

const sizes = [1000, 10_000, 100_000];

/** How cost grows with the number of objects: our policy server and scanner, and an API server that costs little. */
export async function auditScaleBench(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-bench-"));
  await using parts = new AsyncDisposableStack();
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const { server, policies } = await startBenchServer(folder);
  parts.use(server);
  const program = join(folder, "scanner");
  await bundleApp("audit-scanner", program);
  const rows = [];
  for (const objects of sizes) {
    await using cluster = await startLargeCluster(objects, policies);
    const kubeconfigPath = join(folder, "kubeconfig");
    await writeFile(kubeconfigPath, kubeconfigOf(cluster.url));
    const target = {
      ...{ kubeconfigPath, namespace: "kubewarden", origin: server.origin },
      ...{ program: join(program, "main.js"), helpers: {} },
    };
    for (const what of ["first", "nothing changed"]) {
      const { usage, ...run } = await runScanner(target, ["--incremental"]);
      rows.push({
        ...{ what, ...run, requests: cluster.takeRequests() },
        perObject: (run.seconds * 1000) / objects,
        scannerCpu: ((usage["scanner"]?.cpuSeconds ?? 0) * 1000) / objects,
        scannerMb: usage["scanner"]?.residentMb ?? 0,
      });
    }
  }
  return { name: "audit-scale", columns, rows, notes: [`${policies.length} policies, a fake API server`] };
}
