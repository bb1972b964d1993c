import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cap, namespace, pod } from "../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import {
  fakeScannedCluster,
  kubeconfigOf,
  logLines,
} from "../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { buildPolicies } from "../../policies/build.ts";
import { admissionReview } from "../../tools/bench/inputs/admission-review.ts";
import { bundledProgram } from "./bundled-program.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";
import { type RunningServer, startServerProgram } from "./running-server.ts";

const names = ["one", "two", "three"];
const pods = 100;
const clients = 8;
const evaluationMs = 100;

const started = new AsyncDisposableStack();
let scanner = "";
let env = bareEnvironment;
let server: RunningServer;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "audit-busy-server-"));
  started.defer(() => rm(folder, { recursive: true }));
  const [sleeping] = await buildPolicies({ only: ["sleeping"], outDir: folder });
  const program = started.use(await bundledProgram("policy-server"));
  const policy = { module: `file://${sleeping!.path}`, settings: { sleepMilliseconds: evaluationMs } };
  server = started.use(
    await startServerProgram(program.path, {
      policies: Object.fromEntries(names.map((name) => [`clusterwide-${name}`, policy])),
      // a machine that does other things too may interrupt what takes a tenth of a second after two
      args: ["--workers=2", "--policy-timeout=8", "--ignore-kubernetes-connection-failure"],
    }),
  );
  scanner = started.use(await bundledProgram("audit-scanner")).path;
  const objects = Array.from({ length: pods }, (_, index) => pod(`shop/web-${index}`));
  const cluster = [namespace("shop"), ...objects, ...names.map((name) => cap(name))];
  const api = started.use(await fakeScannedCluster(cluster));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(api.url));
  env = { ...bareEnvironment, KUBECONFIG: kubeconfig };
}, 120_000);
afterAll(() => started.disposeAsync());

/** Clients that ask for admission again and again, each as soon as it has its answer. */
function keepBusy(): { end(): Promise<readonly string[]> } {
  let isOver = false;
  const answers: string[] = [];
  const body = Buffer.from(admissionReview("5 KB")).toString();
  const client = async (): Promise<void> => {
    while (!isOver) answers.push(await server.post("/validate/clusterwide-one?timeout=10s", body));
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    async end() {
      isOver = true;
      await all;
      return answers;
    },
  };
}

describe("audit-and-reports 13: a policy server that admission keeps busy", () => {
  it("judges all objects in the end, with the flags as they are", { timeout: 300_000 }, async () => {
    const admission = keepBusy();
    const url = `http://127.0.0.1:${server.port}`;
    const { exitCode, stdout } = await runToEnd(scanner, ["-u", url], { env });
    const admitted = await admission.end();
    const problems = logLines(stdout).filter(({ level }) => level === "error");
    expect(problems).toEqual([]);
    expect(exitCode).toBe(0);
    expect(logLines(stdout).at(-1)).toMatchObject({ pass: pods * names.length, fail: 0, error: 0 });
    expect(admitted.filter((answer) => !answer.includes('"allowed":true'))).toEqual([]);
  });
});
