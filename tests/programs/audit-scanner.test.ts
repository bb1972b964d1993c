import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { FakeApiServer } from "@kubewarden-ts/kube/testing";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accepting,
  startFakePolicyServer,
} from "../../apps/audit-scanner/src/evaluation/testing/fake-policy-server.ts";
import { cap, namespace, pod } from "../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import {
  fakeScannedCluster,
  kubeconfigOf,
  logLines,
} from "../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { bundledProgram } from "./bundled-program.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";

const started = new AsyncDisposableStack();
let folder = "";
let program = "";
let api: FakeApiServer;
let env = bareEnvironment;

const web = pod("shop/web");
const objects = [namespace("shop"), { ...web, metadata: { ...web.metadata, uid: "uid-of-web" } }, cap("psp")];
const reports = { apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-scanner-"));
  started.defer(() => rm(folder, { recursive: true }));
  program = started.use(await bundledProgram("audit-scanner")).path;
  api = started.use(await fakeScannedCluster(objects));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(api.url));
  env = { ...bareEnvironment, KUBECONFIG: kubeconfig };
}, 30_000);
afterAll(() => started.disposeAsync());

function results(): unknown[] {
  const [report] = api.stored(reports);
  return report?.["results"] as unknown[];
}

describe("the process of the audit scanner", () => {
  it.each([
    [["--loglevel", "bogus"], /^Error on cmd\.Execute\(\): invalid loglevel 'bogus': .*\n$/],
    [["--report-kind=openreport"], /^Error on cmd\.Execute\(\): invalid report-kind 'openreport': .*\n$/],
    [["--parallel-policies=0"], /^Error on cmd\.Execute\(\): invalid argument "0" .*\n$/],
    [["--client-key", "k"], /^Error on cmd\.Execute\(\): if any flags in the group .*\n$/],
  ])("audit-and-reports 30, 35, 36, 37: %j is exit code 1, one line and no stack", async (args, stderr) => {
    const ended = await runToEnd(program, args, { env });
    expect(ended).toEqual({ exitCode: 1, stdout: "", stderr: expect.stringMatching(stderr) });
  });

  it("audit-and-reports 34: writes JSON lines to standard output and nothing else", async () => {
    await using server = await startFakePolicyServer(() => accepting);
    const { exitCode, stdout, stderr } = await runToEnd(program, ["-u", server.url], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const line of logLines(stdout))
      expect(Object.keys(line)).toEqual(expect.arrayContaining(["time", "level", "message"]));
    expect(results()).toMatchObject([{ result: "pass" }]);
  });

  it("audit-and-reports 13: is let in by mutual TLS with its certificate, and trusts whom it is told to", async () => {
    const root = issueCertificate("root", { authority: true });
    const stranger = issueCertificate("stranger", { authority: true });
    const client = issueCertificate("scanner", { issuer: root });
    const own = issueCertificate("policy-server", { issuer: root });
    const files = {
      "ca.crt": root.cert,
      "other.crt": stranger.cert,
      "tls.crt": client.cert,
      "tls.key": client.key,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const tls = { ...own, ca: root.cert, requestCert: true, rejectUnauthorized: true };
    await using server = await startFakePolicyServer(() => accepting, tls);
    const path = (name: string): string => join(folder, name);
    const pair = ["--client-cert", path("tls.crt"), "--client-key", path("tls.key")];
    const outcome = async (...args: string[]) => {
      const { exitCode } = await runToEnd(program, ["-u", server.url, ...args], { env });
      const [first] = results() as { result: string }[];
      return [exitCode, first?.result];
    };
    expect(await outcome("--extra-ca", path("ca.crt"), ...pair)).toEqual([0, "pass"]);
    expect(await outcome("-f", path("ca.crt"))).toEqual([0, "error"]);
    expect(await outcome("-f", path("other.crt"), ...pair)).toEqual([0, "error"]);
    expect(await outcome("--insecure-ssl", ...pair)).toEqual([0, "pass"]);
  }, 30_000);

  it("audit-and-reports 41: finishes what is under way when it is asked to stop, deletes nothing, ends with 1", async () => {
    api.put({
      ...reports,
      metadata: {
        name: "uid-of-gone",
        namespace: "shop",
        labels: { "app.kubernetes.io/managed-by": "kubewarden" },
      },
      scope: { apiVersion: "v1", kind: "Pod", name: "gone", namespace: "shop", uid: "uid-of-gone" },
    });
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    await using server = await startFakePolicyServer(() => {
      asked.resolve();
      return answer.promise;
    });
    const child = spawn(process.execPath, [program, "-u", server.url], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    const stderr = text(child.stderr);
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (stdout.includes("asked to stop")) answer.resolve(accepting);
    });
    await asked.promise;
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(1);
    expect(await stderr).toContain("stopped before the scan was over: no old report was deleted");
    expect(logLines(stdout).at(-1)).toMatchObject({ message: "audit stopped" });
    expect(api.stored(reports).map(({ metadata }) => metadata.name)).toEqual(["uid-of-gone", "uid-of-web"]);
    expect(api.count({ method: "DELETE" })).toBe(0);
  }, 30_000);

  it("audit-and-reports 41: who asks twice does not wait", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startFakePolicyServer(() => {
      asked.resolve();
      return "hang";
    });
    const child = spawn(process.execPath, [program, "-u", server.url], { env, stdio: "ignore" });
    const ended = once(child, "exit");
    await asked.promise;
    const again = setInterval(() => child.kill("SIGTERM"), 50);
    try {
      expect((await ended)[0]).toBe(143);
    } finally {
      clearInterval(again);
    }
  }, 30_000);
});
