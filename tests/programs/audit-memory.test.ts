import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  accepting,
  startFakePolicyServer,
} from "../../apps/audit-scanner/src/evaluation/testing/fake-policy-server.ts";
import {
  cap,
  deploymentRule,
  namespace,
  pod,
  podRule,
} from "../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import {
  fakeScannedCluster,
  kubeconfigOf,
  logLines,
} from "../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { bundledProgram } from "./bundled-program.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";

const namespaces = 4000;
const policies = 22;
/** one in ten namespaces has a Pod: policies are chosen for each namespace, with or without */
const pods = namespaces / 10;

/** Has the process tell its highest resident size, which nobody can look up once it has ended. */
const tellPeak = `import { readFileSync } from "node:fs";
process.on("exit", () => process.stderr.write(/VmHWM:.*/.exec(readFileSync("/proc/self/status", "utf8"))[0]));`;

describe.skipIf(process.platform !== "linux")("the audit scanner in a large cluster", () => {
  it("audit-and-reports 42: 4,000 namespaces × 22 policies take less than 100 calls, and 300 MiB", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "audit-memory-"));
    stack.defer(() => rm(folder, { recursive: true }));
    const program = stack.use(await bundledProgram("audit-scanner")).path;
    const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
    const rules = [podRule, deploymentRule];
    const api = stack.use(
      await fakeScannedCluster([
        ...names.map((name) => namespace(name)),
        ...names.slice(0, pods).map((name) => pod(`${name}/web`)),
        ...Array.from({ length: policies }, (_, index) => cap(`policy-${index}`, { rules })),
      ]),
    );
    const server = stack.use(await startFakePolicyServer(() => accepting));
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, kubeconfigOf(api.url));
    const env = {
      ...{ ...bareEnvironment, KUBECONFIG: kubeconfig },
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellPeak)}`,
    };
    const { exitCode, stdout, stderr } = await runToEnd(program, ["-u", server.url], { env });
    expect(exitCode).toBe(0);
    const results = pods * policies;
    expect(logLines(stdout).at(-1)).toMatchObject({ objects: pods, pass: results, error: 0 });
    expect(api.count({ method: "GET" })).toBeLessThan(100);
    expect(Number(/VmHWM:\s*(\d+) kB/.exec(stderr)?.[1]) / 1024).toBeLessThan(300);
  }, 60_000);
});
