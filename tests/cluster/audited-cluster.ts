import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secrets } from "@kubewarden-ts/api/core";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  policiesApiVersion,
} from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import { vi } from "vitest";
import {
  deploymentsNamespace,
  type LocalCluster,
  startLocalCluster,
} from "../../tools/cluster/local-cluster.ts";
import { applyManifests } from "../../tools/cluster/manifests.ts";
import { buildLivePolicies } from "../../tools/start/live-policies.ts";
import { bundledProgram } from "../programs/bundled-program.ts";
import { bareEnvironment, type EndedProgram, runToEnd } from "../programs/run-to-end.ts";
import { partPath } from "../support/requirements.ts";
import { auditedPolicies } from "./audited-policies.ts";
import type { AuditedPolicy } from "./audited-policy.ts";

const root = join(import.meta.dirname, "../..");

/** A real API server with our controller, our policy server, and the audit scanner to run against them. */
export interface AuditedCluster extends AsyncDisposable {
  readonly cluster: LocalCluster;
  /** of the authority of the policy servers */
  readonly caPath: string;
  /** Makes all policies and their policy server; resolves when they are active. */
  createPolicies(): Promise<void>;
  /** Resolves when the policy server does what the policies say now. */
  policiesSettled(): Promise<void>;
  /** Runs the scanner to its end, as a process that logs warnings. */
  scan(...args: string[]): Promise<EndedProgram>;
  /** Starts the scanner, and leaves it to the caller. */
  startScan(...args: string[]): ChildProcess;
}

/** Starts it, without a policy yet. */
export async function startAuditedCluster(
  policies: readonly AuditedPolicy[] = auditedPolicies,
): Promise<AuditedCluster> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-audited-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const modules = join(folder, "modules");
  const names = [...new Set(policies.flatMap((policy) => policy.modules))];
  const nobody = { onBuilt: () => {}, onProblem: () => {} };
  stack.use(
    await buildLivePolicies({ names, policiesFolder: join(root, "policies"), outFolder: modules, ...nobody }),
  );
  const scanner = stack.use(await bundledProgram("audit-scanner"));
  const at = { root, folder: join(folder, "cluster"), programs: partPath("kubernetes") };
  const cluster = stack.use(await startLocalCluster({ ...at, log: silentLogger }));
  await cluster.startController();
  const caPath = join(folder, "ca.crt");
  const authority = { namespace: deploymentsNamespace, name: "kubewarden-ca" };
  const ca = (await cluster.objects.get(secrets, authority))?.data?.["ca.crt"] ?? "";
  await writeFile(caPath, Buffer.from(ca, "base64"));
  const env = { ...bareEnvironment, KUBECONFIG: cluster.kubeconfigPath };
  const flags = ["-k", deploymentsNamespace, "--extra-ca", caPath, "--report-kind", "openreports"];
  const owned = stack.move();
  return {
    ...{ cluster, caPath },
    createPolicies: () => createPolicies(cluster, policies, modules),
    policiesSettled: () => policiesSettled(cluster),
    scan: (...args) => runToEnd(scanner.path, [...flags, "--loglevel", "warning", ...args], { env }),
    startScan: (...args) =>
      spawn(process.execPath, [scanner.path, ...flags, ...args], { env, stdio: "ignore" }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function createPolicies(
  cluster: LocalCluster,
  policies: readonly AuditedPolicy[],
  modules: string,
): Promise<void> {
  await applyManifests(
    cluster,
    policies.map((policy) => policy.manifest(modules)),
  );
  // last, so that it starts with all of them
  const server = { apiVersion: policiesApiVersion, kind: "PolicyServer", metadata: { name: "default" } };
  const spec = { image: "kubewarden-ts/policy-server:local", replicas: 1 };
  await applyManifests(cluster, [{ ...server, spec }]);
  await policiesSettled(cluster);
}

async function policiesSettled({ objects }: LocalCluster): Promise<void> {
  const unsettled = async () => {
    const found = [
      ...(await objects.list(clusterAdmissionPolicies)),
      ...(await objects.list(clusterAdmissionPolicyGroups)),
      ...(await objects.list(admissionPolicies)),
      ...(await objects.list(admissionPolicyGroups)),
    ];
    return found
      .filter(({ status, metadata }) => {
        const conditions = status?.conditions ?? [];
        const isNew = conditions.every(
          (each) => each.status === "True" && each.observedGeneration === metadata.generation,
        );
        return status?.policyStatus !== "active" || conditions.length === 0 || !isNew;
      })
      .map(({ metadata, status }) => `${metadata.name}: ${JSON.stringify(status)}`);
  };
  await vi.waitFor(
    async () => {
      const left = await unsettled();
      if (left.length > 0) throw new Error(`not settled: ${left.join("; ")}`);
    },
    { timeout: 90_000, interval: 200 },
  );
}
