import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { requires } from "../support/requirements.ts";
import { type ExampleCluster, startExampleCluster } from "./example-cluster.ts";

const { skip } = requires("kubernetes-controllers");

describe.skipIf(skip)("npm start -- --cluster", () => {
  let cluster: ExampleCluster;
  beforeAll(async () => {
    cluster = await startExampleCluster();
  }, 120_000);
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("tells what it tried: a refused Pod and an admitted one", () => {
    expect(cluster.output).toContain("no-privileged-pods: active");
    expect(cluster.output).toMatch(/A privileged Pod: refused: .*Privileged container is not allowed/);
    expect(cluster.output).toContain("Another Pod: admitted");
  });

  it("refuses a privileged Pod through the real API server, and lets another in", async () => {
    const refused = await cluster.kubectl("run", "privileged", "--image=pause", "--privileged");
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.output).toContain(
      'admission webhook "clusterwide-no-privileged-pods.kubewarden.admission" denied the request: Privileged container is not allowed',
    );
    const admitted = await cluster.kubectl("run", "harmless", "--image=pause");
    expect(admitted).toEqual({ exitCode: 0, output: "pod/harmless created\n" });
  });

  it("lets a mutating policy change what it admits", async () => {
    const path = "jsonpath={.spec.containers[0].securityContext.capabilities.drop}";
    const args = ["run", "mutated", "--image=pause", "--dry-run=server", "-o", path];
    expect((await cluster.kubectl(...args)).output).toBe('["ALL"]');
  });

  it("controller 10: leaves a broken policy pending, says why in condition and Event, and keeps the others active", async () => {
    const { output } = await cluster.kubectl(
      "get",
      "cap",
      "-o",
      "custom-columns=:.metadata.name,:.status.policyStatus",
      "--no-headers",
    );
    const rows = output
      .trim()
      .split("\n")
      .map((row) => row.trim().split(/\s+/));
    expect(Object.fromEntries(rows)).toEqual({
      "broken-on-purpose": "pending",
      "drop-capabilities": "active",
      "no-privileged-pods": "active",
    });
    const described = await cluster.kubectl("describe", "cap", "broken-on-purpose");
    const [status = "", events = ""] = described.output.split(/^Events:/m);
    expect(status).toMatch(
      /Message:\s+policy-server-default-\S+: Policy settings are invalid: .*missing closing \]/,
    );
    expect(events).toMatch(/Warning\s+PolicyNotLoaded/);
    const webhooks = await cluster.kubectl("get", "validatingwebhookconfigurations", "-o", "name");
    expect(webhooks.output).not.toContain("broken-on-purpose");
  });

  it("has the policy server's Pod Ready, as kubectl shows it", async () => {
    const { output } = await cluster.kubectl("get", "pods", "-n", "kubewarden", "--no-headers");
    expect(output).toMatch(/^policy-server-default-\S+\s+1\/1\s+Running/);
  });

  describe("ends with the report of a Pod that is older than its policy", () => {
    const denied = "fail: clusterwide-no-privileged-pods: Privileged container is not allowed";

    it("audit-and-reports 1: tells what it says, and shows it as kubectl does", () => {
      expect(cluster.output).toContain(`The report of a privileged Pod that was there before: ${denied}\n`);
      expect(cellsOf(cluster.output)).toContainEqual([
        ...["default", expect.stringMatching(/^[-0-9a-f]{36}$/), "Pod", "older-than-its-policy"],
        ...["1", "1", "0", "0", "0", expect.stringMatching(/^\d+s$/)],
      ]);
    });

    it("has kubectl list it under each of its names, by the command that it tells", async () => {
      expect(cluster.output).toContain("  kubectl get policyreports -A\n");
      const header = ["NAMESPACE", "NAME", "PASS", "FAIL", "WARN", "ERROR", "SKIP", "AGE"];
      for (const name of ["policyreports", "policyreport", "polr", "polr.v1alpha2.wgpolicyk8s.io"]) {
        const { output } = await cluster.kubectl("get", name, "-A");
        expect(cellsOf(output)).toEqual([
          header,
          ["default", expect.any(String), "1", "1", "0", "0", "0", expect.any(String)],
        ]);
      }
    });

    it("audit-and-reports 1, 25: is named by the Pod's UID, and says what the policy said", async () => {
      const pod = await cluster.kubectl(
        ...["get", "pod", "older-than-its-policy", "-o", "jsonpath={.metadata.uid}"],
      );
      const { output } = await cluster.kubectl("get", "policyreports", pod.output, "-o", "json");
      expect(JSON.parse(output)).toMatchObject({
        scope: { kind: "Pod", namespace: "default", name: "older-than-its-policy", uid: pod.output },
        results: [
          { policy: "clusterwide-drop-capabilities", result: "pass" },
          { policy: "clusterwide-no-privileged-pods", result: "fail" },
        ],
      });
    });

    it("audit-and-reports 26: goes with the Pod", async () => {
      const reports = () => cluster.kubectl("get", "policyreports", "-A", "-o", "name");
      expect((await reports()).output).toMatch(/^policyreport\.wgpolicyk8s\.io\/\S+\n$/);
      await cluster.kubectl("delete", "pod", "older-than-its-policy", "--now");
      await vi.waitFor(async () => expect(await reports()).toEqual({ exitCode: 0, output: "" }), 60_000);
    }, 90_000);
  });
});

/** The cells of a table as kubectl prints it. */
function cellsOf(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/\s{2,}/));
}
