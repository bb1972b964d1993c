import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@kubewarden-ts/base";
import type { FakeApiServer, FakeObject } from "@kubewarden-ts/kube/testing";
import {
  accepting,
  type FakePolicyServer,
  type Respond,
  startFakePolicyServer,
} from "../evaluation/testing/fake-policy-server.ts";
import { type ProgramDeps, runScannerProgram } from "../program.ts";
import { fakeScannedCluster, kubeconfigOf } from "./scanned-cluster.ts";

/** What a run of the program left behind. */
export interface ScannerRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster and its policy server, both fakes, and the program to run against them. */
export interface ScannerGround extends AsyncDisposable {
  readonly api: FakeApiServer;
  readonly policyServer: FakePolicyServer;
  run(argv: readonly string[], deps?: Partial<ProgramDeps>): Promise<ScannerRun>;
}

/** @param respond - what the policy server answers; it accepts unless told */
export async function scannerGround(
  objects: readonly FakeObject[],
  respond: Respond = () => accepting,
): Promise<ScannerGround> {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await fakeScannedCluster(objects));
  const fake = stack.use(await startFakePolicyServer(respond));
  const folder = await mkdtemp(join(tmpdir(), "audit-scanner-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(api.url));
  const owned = stack.move();
  return {
    ...{ api, policyServer: fake },
    run: (argv, deps) =>
      runScanner(["-u", fake.url, ...argv], { env: { KUBECONFIG: kubeconfig }, ...(deps && { deps }) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Runs the program in this process. */
export async function runScanner(
  argv: readonly string[],
  { env = {}, deps = {} }: { readonly env?: NodeJS.ProcessEnv; readonly deps?: Partial<ProgramDeps> } = {},
): Promise<ScannerRun> {
  const written = { stdout: "", stderr: "" };
  const exitCode = await runScannerProgram(
    {
      ...{ argv, env },
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { write: (text) => (written.stderr += text) },
    },
    { shutdown: new AbortController().signal, clock: systemClock, ...deps },
  );
  return { exitCode, ...written };
}
