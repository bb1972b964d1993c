import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type MeasuredServer, policyServerSource, startPolicyServer } from "../server/measured-server.ts";
import { buildBenchPolicies } from "./bench-policies.ts";

/** A policy server with the policies of the bench. */
export interface BenchServer {
  readonly server: MeasuredServer;
  /** names of the policies, as `ClusterAdmissionPolicy` objects would have them */
  readonly policies: readonly string[];
}

/** @param folder - for modules and configuration */
export async function startBenchServer(folder: string): Promise<BenchServer> {
  const policies = await buildBenchPolicies(folder);
  const policiesFile = join(folder, "policies.yml");
  const modules = Object.entries(policies).map(([name, path]) => [
    `clusterwide-${name}`,
    { module: `file://${path}`, settings: {} },
  ]);
  await writeFile(policiesFile, JSON.stringify(Object.fromEntries(modules)));
  const server = await startPolicyServer({ policiesFile, script: policyServerSource });
  return { server, policies: Object.keys(policies) };
}
