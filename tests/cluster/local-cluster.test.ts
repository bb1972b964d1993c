import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
});
