import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineResource } from "@kubewarden-ts/api";
import { pods, secrets } from "@kubewarden-ts/api/core";
import type { ObjectClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { type ReportTypes, reportTypes } from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import { allocatorEnvironment } from "../start/allocator.ts";
import { applyManifests, type ClusterClients } from "./manifests.ts";

/**
 * The kinds of reports with no schema at all: a cluster in earnest has those that their project publishes, which a chart
 * installs.
 */
export async function installReportKinds(cluster: ClusterClients): Promise<void> {
  const types = reportTypes("openreports");
  await applyManifests(cluster, [types.namespaced, types.cluster].map(definitionOf));
}

function definitionOf({ apiVersion, kind, plural, namespaced }: ReportTypes["namespaced"]) {
  const [group = "", name = ""] = apiVersion.split("/");
  const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: namespaced ? "Namespaced" : "Cluster" },
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name, served: true, storage: true, schema: { openAPIV3Schema: anything } }],
    },
  };
}

const oldPod = { namespace: "default", name: "older-than-its-policy" };

/** Creates a Pod that a policy which comes later would not let in. */
export async function createOldPod(objects: ObjectClient): Promise<void> {
  const container = { name: "main", image: "pause", securityContext: { privileged: true } };
  await objects.create(pods, {
    ...{ apiVersion: "v1", kind: "Pod", metadata: oldPod },
    // the ServiceAccount of the namespace may not be there yet
    spec: { containers: [container], automountServiceAccountToken: false },
  });
}

export interface AuditOptions {
  readonly root: string;
  readonly kubeconfigPath: string;
  readonly objects: ObjectClient;
  /** of the policy servers */
  readonly namespace: string;
  /** gets log and certificate */
  readonly folder: string;
}

/**
 * Runs our audit scanner over the cluster.
 * @returns what the report of {@link createOldPod} says
 * @throws {Error} when the scanner fails
 */
export async function auditCluster(options: AuditOptions): Promise<string> {
  const { root, kubeconfigPath, objects, namespace, folder } = options;
  const caPath = join(folder, "ca.crt");
  const authority = await objects.get(secrets, { namespace, name: "kubewarden-ca" });
  await writeFile(caPath, Buffer.from(authority?.data?.["ca.crt"] ?? "", "base64"));
  const logPath = join(folder, "audit-scanner.log");
  const log = openSync(logPath, "w");
  const args = ["-k", namespace, "--extra-ca", caPath, "--report-kind", "openreports"];
  const child = spawn(process.execPath, [join(root, "apps/audit-scanner/src/main.ts"), ...args], {
    cwd: root,
    env: { ...allocatorEnvironment, ...process.env, KUBECONFIG: kubeconfigPath },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const [exitCode] = await once(child, "exit");
  if (exitCode !== 0) throw new Error(`the audit scanner ended with ${exitCode}; its log is ${logPath}`);
  return await findingsOfOldPod(objects);
}

const Result = v.looseObject({
  policy: v.string(),
  result: v.string(),
  message: v.exactOptional(v.string(), ""),
});

async function findingsOfOldPod(objects: ObjectClient): Promise<string> {
  const { schema: _schema, ...place } = reportTypes("openreports").namespaced;
  const type = defineResource(place, { results: v.exactOptional(v.array(Result), []) });
  const pod = await objects.get(pods, oldPod);
  const report = await objects.get(type, { namespace: oldPod.namespace, name: pod?.metadata.uid ?? "" });
  const failed = report?.results.filter(({ result }) => result !== "pass") ?? [];
  const lines = failed.map(({ policy, result, message }) => `${result}: ${policy}: ${message}`);
  return lines.length > 0 ? lines.join("; ") : "no report";
}
