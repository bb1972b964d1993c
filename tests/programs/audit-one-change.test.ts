import type { FakeObject } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import type {
  FakeAnswer,
  ReceivedRequest,
} from "../../apps/audit-scanner/src/evaluation/testing/fake-policy-server.ts";
import {
  cap,
  deploymentRule,
  namespace,
  pod,
  podRule,
} from "../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import { scannerGround } from "../../apps/audit-scanner/src/testing/scanner-in-process.ts";

const pods = 10_000;
const ofAllPods = ["a", "b", "c", "d", "e", "f", "g"];
const ofTheShop = ["shop-a", "shop-b"];
const shop = { objectSelector: { matchLabels: { app: "shop" } } };

function podOf(index: number, labels: Readonly<Record<string, string>> = {}): FakeObject {
  const { metadata, ...rest } = pod(`team/web-${index}`, labels);
  return { ...rest, metadata: { ...metadata, uid: `uid-${index}` } };
}

/** Accepts everything, tells one revision for all policies, and remembers who was asked about what. */
function acceptingAll(asked: string[]): (request: ReceivedRequest) => FakeAnswer {
  const response = { uid: "", allowed: true };
  const headers = { "kubewarden-ts-batch": "1" };
  return ({ path, body }) => {
    const single = /^\/audit\/([^?]+)/.exec(path)?.[1];
    const { policies = [single], request } = JSON.parse(body);
    for (const policy of policies) asked.push(`${policy} ${request.name}`);
    if (single !== undefined) return { status: 200, headers, body: JSON.stringify({ response }) };
    const results = policies.map((policy: string) => ({ policy, revision: "r1", reads: [], response }));
    return { status: 200, headers, body: JSON.stringify({ results }) };
  };
}

describe("an incremental audit of 10 000 objects", () => {
  it("audit-and-reports 40: after one change, asks exactly the policies that are about what changed", async () => {
    const asked: string[] = [];
    await using ground = await scannerGround(
      [
        namespace("team"),
        ...Array.from({ length: pods }, (_, index) => podOf(index)),
        ...ofAllPods.map((name) => cap(name)),
        ...ofTheShop.map((name) => cap(name, shop)),
        cap("deployments", { rules: [deploymentRule] }),
        cap("both", { rules: [podRule, deploymentRule] }),
      ],
      acceptingAll(asked),
    );
    /** @returns pairs of policy and object that were asked about */
    const scan = async (): Promise<readonly string[]> => {
      asked.length = 0;
      const ended = await ground.run(["--incremental", "-l", "error"]);
      expect(ended).toEqual({ exitCode: 0, stdout: "", stderr: "" });
      return asked;
    };
    const policies = [...ofAllPods, "both"].map((name) => `clusterwide-${name}`);
    expect(new Set(await scan()).size).toBe(pods * policies.length);
    ground.api.put(podOf(5000, { app: "shop" }));
    const writes = (): number => ground.api.requests.filter(({ method }) => method !== "GET").length;
    const before = writes();
    const pairs = (await scan()).map((pair) => pair.split(" "));
    const aboutChanged = pairs.filter(([, name]) => name === "web-5000").map(([policy]) => policy);
    const expected = [...policies, ...ofTheShop.map((name) => `clusterwide-${name}`)];
    expect(new Set(aboutChanged)).toEqual(new Set(expected));
    // of another object, each policy tells at most once which revision judges now; the first answer of all has none
    const others = pairs.filter(([, name]) => name !== "web-5000").map(([policy]) => policy);
    expect(others.length).toBeLessThanOrEqual(policies.length + 1);
    expect(writes()).toBe(before + 1);
  }, 120_000);
});
