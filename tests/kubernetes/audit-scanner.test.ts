import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { requires } from "../support/requirements.ts";
import type { ApiObject } from "./api-client.ts";
import { type AuditScannerGround, auditScannerGround } from "./audit-scanner-ground.ts";

const kinds = [
  ["policyreport", "/apis/wgpolicyk8s.io/v1alpha2", "policyreports"],
  ["openreports", "/apis/openreports.io/v1alpha1", "reports"],
] as const;

describe.skipIf(requires("kubernetes-controllers").skip)("the audit scanner and a real API server", () => {
  let ground: AuditScannerGround;
  const policies = { "audit-denies": "reject-with-code", "audit-watch": "reject-with-code" } as const;
  beforeAll(async () => {
    ground = await auditScannerGround(policies);
  }, 90_000);
  afterAll(() => ground?.[Symbol.asyncDispose]());

  async function createPod(namespace: string, name: string): Promise<ApiObject> {
    const container = { name: "main", image: "pause", securityContext: { privileged: true } };
    return await ground.plane.admin.create(`/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name },
      // without a ServiceAccount and a token, which nobody makes here
      spec: { containers: [container], automountServiceAccountToken: false },
    });
  }

  const deletePolicy = (name: string) =>
    ground.plane.admin.delete(`/apis/policies.kubewarden.io/v1/clusteradmissionpolicies/${name}`);

  /** The results of one policy in a report; `undefined` without report. */
  async function resultsOf(path: string, policy: string) {
    const { status, body } = await ground.plane.admin.request(path);
    if (status === 404) return undefined;
    const results = body["results"] as { policy: string; [field: string]: unknown }[] | undefined;
    return { body, results: (results ?? []).filter((each) => each.policy === policy) };
  }

  it.each(kinds)(
    "audit-and-reports 1, 2, 3, 26: a denied Pod gets a %s, which follows policy and Pod",
    async (kind, api, plural) => {
      const { plane } = ground;
      const namespace = await plane.createNamespace();
      await waitForServiceAccount(ground, namespace);
      const pod = await createPod(namespace, "web");
      await ground.createPolicy({ name: "audit-denies", namespace });
      const path = `${api}/namespaces/${namespace}/${plural}/${pod.metadata.uid}`;
      const policy = "clusterwide-audit-denies";
      const args = ["-n", namespace, "--report-kind", kind];

      const first = await ground.scan(args);
      expect(first).toMatchObject({ exitCode: 0, stderr: "" });
      expect(await resultsOf(path, policy)).toMatchObject({
        body: { metadata: { name: pod.metadata.uid }, scope: { kind: "Pod", name: "web", namespace } },
        results: [{ result: "fail", message: "no" }],
      });

      const capPath = "/apis/policies.kubewarden.io/v1/clusteradmissionpolicies/audit-denies";
      await plane.admin.patch(capPath, { spec: { mode: "monitor" } });
      await ground.scan(args);
      expect((await resultsOf(path, policy))?.results).toMatchObject([{ result: "fail", severity: "info" }]);

      await deletePolicy("audit-denies");
      await ground.scan(args);
      expect((await resultsOf(path, policy))?.results ?? []).toEqual([]);

      await ground.createPolicy({ name: "audit-denies", namespace });
      await ground.scan(args);
      expect((await resultsOf(path, policy))?.results).toHaveLength(1);
      await plane.admin.delete(`/api/v1/namespaces/${namespace}/pods/web?gracePeriodSeconds=0`);
      // the garbage collector looks for kinds that are new to it every half minute
      await vi.waitFor(async () => expect(await resultsOf(path, policy)).toBeUndefined(), 60_000);
      await deletePolicy("audit-denies");
    },
    120_000,
  );

  it("keeps reports current with --watch, and ends with 0 when it is asked to", async () => {
    const namespace = await ground.plane.createNamespace();
    await waitForServiceAccount(ground, namespace);
    await ground.createPolicy({ name: "audit-watch", namespace });
    const { env, programPath, args } = ground;
    const all = [programPath, ...args, "-n", namespace, "--watch"];
    const child = spawn(process.execPath, all, { env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(child, "exit");
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    try {
      await vi.waitFor(() => expect(output).toContain("audit finished"), 30_000);
      const pod = await createPod(namespace, "late");
      const path = `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${namespace}/policyreports/${pod.metadata.uid}`;
      await vi.waitFor(
        async () =>
          expect((await resultsOf(path, "clusterwide-audit-watch"))?.results).toMatchObject([
            { result: "fail" },
          ]),
        30_000,
      );
      const podPath = `/api/v1/namespaces/${namespace}/pods/late`;
      await ground.plane.admin.patch(podPath, { metadata: { labels: { changed: "yes" } } });
      await vi.waitFor(async () => {
        const { metadata } = await ground.plane.admin.get(podPath);
        const scope = (await resultsOf(path, "clusterwide-audit-watch"))?.body["scope"];
        expect(scope).toMatchObject({ name: "late", resourceVersion: metadata.resourceVersion });
      }, 30_000);
      child.kill("SIGTERM");
      expect((await ended)[0]).toBe(0);
    } finally {
      child.kill("SIGKILL");
      await deletePolicy("audit-watch");
    }
  }, 90_000);
});

/** Pods are refused until Kubernetes' controllers have made the one that all namespaces have. */
async function waitForServiceAccount({ plane }: AuditScannerGround, namespace: string): Promise<void> {
  await vi.waitFor(() => plane.admin.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`), 30_000);
}
