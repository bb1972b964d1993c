import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineResource } from "@kubewarden-ts/api";
import { pods, secrets } from "@kubewarden-ts/api/core";
import type { ObjectClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { type ReportKind, reportTypes } from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import { allocatorEnvironment } from "../start/allocator.ts";

/** What `kubectl get policyreports` shows; the scanner writes it by default. */
const reportKind: ReportKind = "policyreport";

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
  const args = ["-k", namespace, "--extra-ca", caPath, "--report-kind", reportKind];
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
  const { schema: _schema, ...place } = reportTypes(reportKind).namespaced;
  const type = defineResource(place, { results: v.exactOptional(v.array(Result), []) });
  const pod = await objects.get(pods, oldPod);
  const report = await objects.get(type, { namespace: oldPod.namespace, name: pod?.metadata.uid ?? "" });
  const failed = report?.results.filter(({ result }) => result !== "pass") ?? [];
  const lines = failed.map(({ policy, result, message }) => `${result}: ${policy}: ${message}`);
  return lines.length > 0 ? lines.join("; ") : "no report";
}
