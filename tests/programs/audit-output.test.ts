import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { FakeApiServer } from "@kubewarden-ts/kube/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FakePolicyServer,
  startFakePolicyServer,
} from "../../apps/audit-scanner/src/evaluation/testing/fake-policy-server.ts";
import { cap, namespace, pod } from "../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import {
  fakeScannedCluster,
  kubeconfigOf,
  logLines,
} from "../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { bundledProgram } from "./bundled-program.ts";
import { bareEnvironment } from "./run-to-end.ts";

/** What a pipe holds on Linux. */
const pipeBytes = 64 * 1024;
const pods = 100;
const message = "x".repeat((4 * pipeBytes) / pods);
const denying = JSON.stringify({ response: { uid: "", allowed: false, status: { message } } });
const reports = { apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" };

const started = new AsyncDisposableStack();
let program = "";
let api: FakeApiServer;
let server: FakePolicyServer;
let env = bareEnvironment;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "audit-output-"));
  started.defer(() => rm(folder, { recursive: true }));
  program = started.use(await bundledProgram("audit-scanner")).path;
  const names = Array.from({ length: pods }, (_, index) => `shop/web-${index}`);
  api = started.use(
    await fakeScannedCluster([namespace("shop"), cap("psp"), ...names.map((name) => pod(name))]),
  );
  server = started.use(await startFakePolicyServer(() => denying));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(api.url));
  env = { ...bareEnvironment, KUBECONFIG: kubeconfig };
}, 30_000);
afterAll(() => started.disposeAsync());

/**
 * Runs the scanner with its standard output in a pipe of the system, as a shell makes it; Node.js itself would give it a
 * socket. The exit code comes through file 3, and `reader` waits for a line in file 4 where it is to be slow.
 */
function scanInto(reader: string, args: readonly string[]) {
  const script = `{ "$@"; echo $? >&3; } | ${reader}`;
  const command = [process.execPath, program, "-u", server.url, ...args];
  const child = spawn("/bin/sh", ["-c", script, "sh", ...command], {
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  const [, stdout, stderr, exitCode, gate] = child.stdio as unknown as [
    null,
    Readable,
    Readable,
    Readable,
    Writable,
  ];
  gate.on("error", () => {}); // nobody waits for it
  return { stdout: text(stdout), stderr, exitCode: text(exitCode), gate, ended: once(child, "close") };
}

describe.skipIf(process.platform === "win32")("standard output of the audit scanner in a pipe", () => {
  it("audit-and-reports 34: a document that is larger than a pipe arrives in full, however late it is read", async () => {
    const run = scanInto("{ read -r line <&4; cat; }", ["--output-format", "json", "--fail-on", "fail"]);
    let log = "";
    run.stderr.on("data", (chunk) => {
      log += chunk;
      if (log.includes('"audit finished"')) run.gate.end("\n");
    });
    const document = await run.stdout;
    await run.ended;
    expect(document.length).toBeGreaterThan(3 * pipeBytes);
    expect(JSON.parse(document)).toMatchObject({ summary: { objects: pods, fail: pods } });
    expect(await run.exitCode).toBe("3\n");
  }, 30_000);

  it.each([
    ["the results", ["--output-format", "json", "--fail-on", "fail"], "3\n"],
    ["the log", ["--output-scan"], "0\n"],
  ])(
    "audit-and-reports 34: who reads one line of %s and goes changes neither reports nor exit code",
    async (_row, args, exitCode) => {
      for (const { metadata } of api.stored(reports)) api.remove({ ...reports, metadata });
      const run = scanInto("head -n 1", args);
      const stderr = await text(run.stderr);
      await run.ended;
      expect(await run.stdout).toMatch(/^\{.*\n$/);
      expect(await run.exitCode).toBe(exitCode);
      for (const line of logLines(stderr)) expect(line).toMatchObject({ message: expect.any(String) });
      expect(api.stored(reports)).toHaveLength(pods);
    },
    30_000,
  );
});
