import { describe, expect, it } from "vitest";
import { scanAllNamespaces } from "./scan-all-namespaces.ts";
import { scanCluster } from "./scan-cluster.ts";
import { scanNamespace } from "./scan-namespace.ts";
import {
  ap,
  apGroup,
  cap,
  capGroup,
  deployment,
  deploymentRule,
  namespace,
  namespaceRule,
  pod,
  podRule,
  rule,
  unknownRule,
  wildcardRule,
} from "./testing/scan-fixtures.ts";
import { setUpScan } from "./testing/set-up-scan.ts";

const { signal } = new AbortController();
const selecting = (env: string) => ({ matchLabels: { env } });

describe("scanAllNamespaces", () => {
  it("audit-and-reports 7, 16, 17, 19: finds what upstream's two namespaces come to", async () => {
    await using run = await setUpScan({
      objects: [
        ...[namespace("namespace1"), namespace("namespace2")],
        ...[pod("namespace1/pod1"), deployment("namespace1/deployment1", { env: "test" })],
        ...[pod("namespace2/pod2"), deployment("namespace2/deployment2", { env: "test" })],
        ap("namespace1/ap1"),
        ap("namespace2/ap2", { rules: [deploymentRule] }),
        ap("namespace1/ap3", { rules: [deploymentRule], objectSelector: selecting("test") }),
        ap("namespace2/ap4", { rules: [deploymentRule], objectSelector: selecting("prod") }),
        ap("namespace1/ap5", { rules: [rule("apps/v1 pods")] }),
        ap("namespace1/ap6", { rules: [rule("v1 *")] }),
        cap("cap", { rules: [podRule, deploymentRule] }),
        capGroup("capg"),
        apGroup("namespace2/apg"),
      ],
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.summaries()).toEqual({
      "uid-of-namespace1/pod1": { results: 3, pass: 3, error: 1, skip: 1 },
      "uid-of-namespace2/pod2": { results: 3, pass: 3, error: 0, skip: 0 },
      "uid-of-namespace1/deployment1": { results: 2, pass: 2, error: 1, skip: 1 },
      "uid-of-namespace2/deployment2": { results: 2, pass: 2, error: 0, skip: 0 },
    });
    expect([...run.sink.closed.keys()].sort()).toEqual(["namespace1", "namespace2"]);
    expect(run.context.tally.totals).toMatchObject({ found: 4, done: 4, pass: 10, error: 0 });
  });

  it("audit-and-reports 42: calls do not grow with namespaces or policies", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `ns-${index}`);
    await using run = await setUpScan({
      objects: [
        ...names.flatMap((name) => [namespace(name), pod(`${name}/web`), ap(`${name}/own`)]),
        ...Array.from({ length: 22 }, (_, index) =>
          cap(`cap-${index}`, { rules: [podRule, deploymentRule] }),
        ),
      ],
    });
    await scanCluster(run.context, signal);
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.written).toHaveLength(60);
    expect(run.sink.written.every(({ verdicts }) => verdicts.length === 23)).toBe(true);
    expect(run.server.requests.length).toBeLessThan(20);
  });

  it("audit-and-reports 21: leaves ignored namespaces and Kubewarden's out", async () => {
    const names = ["a", "b", "c", "d", "kubewarden"];
    await using run = await setUpScan({
      objects: [...names.flatMap((name) => [namespace(name), pod(`${name}/web`)]), cap("cap")],
      options: { ignoredNamespaces: ["a", "b", "c"] },
    });
    await scanAllNamespaces(run.context, signal);
    expect(Object.keys(run.sink.summaries())).toEqual(["uid-of-d/web"]);
    expect([...run.sink.closed.keys()]).toEqual(["d"]);
  });

  it("audit-and-reports 20: a namespaceSelector decides by the namespace's labels, its name included", async () => {
    await using run = await setUpScan({
      objects: [
        ...[namespace("dev"), namespace("prod", { env: "prod" }), pod("dev/web"), pod("prod/web")],
        cap("by-label", { namespaceSelector: selecting("prod") }),
        cap("by-name", { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "dev" } } }),
      ],
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked.toSorted()).toEqual([
      "uid-of-dev/web CREATE clusterwide-by-name",
      "uid-of-prod/web CREATE clusterwide-by-label",
    ]);
  });

  it("audit-and-reports 38: a namespace that went is named; the others are scanned", async () => {
    await using run = await setUpScan({
      objects: [namespace("stays"), namespace("went"), pod("stays/web"), pod("went/web"), cap("cap")],
      answer: () => {
        run.server.answerAlways({ path: "/api/v1/namespaces/went" }, failed);
        if (run.evaluator.asked.length === 1) run.server.remove(namespace("went"));
        return {};
      },
    });
    const failed = { status: 400, body: { kind: "Status", status: "Failure", message: "reactor error" } };
    await expect(scanAllNamespaces(run.context, signal)).rejects.toThrow(
      "error scanning all namespaces: failed to get namespace went: reactor error",
    );
    expect(run.sink.of("uid-of-stays/web")).toBeDefined();
    expect([...run.sink.closed.keys()]).toEqual(["stays"]);
  });

  it("a namespaceSelector that nobody can read fails the run, when all else was scanned", async () => {
    const broken = { matchExpressions: [{ key: "a", operator: "Near" }] };
    await using run = await setUpScan({
      objects: [namespace("a"), pod("a/web"), cap("good"), cap("bad", { namespaceSelector: broken })],
    });
    await expect(scanAllNamespaces(run.context, signal)).rejects.toThrow(
      /^error scanning all namespaces: policy clusterwide-bad has an invalid namespaceSelector/,
    );
    expect(run.sink.summaries()).toEqual({ "uid-of-a/web": { results: 1, pass: 1, error: 1, skip: 0 } });
  });
});

describe("scanNamespace", () => {
  it("audit-and-reports 22: scans that namespace, also an ignored one, and reads nothing of others", async () => {
    await using run = await setUpScan({
      objects: [namespace("a"), namespace("b"), pod("a/web"), pod("b/web"), cap("cap"), ap("b/own")],
      options: { ignoredNamespaces: ["b"] },
    });
    await scanNamespace(run.context, "b", signal);
    expect(run.sink.summaries()).toEqual({ "uid-of-b/web": { results: 2, pass: 2, error: 0, skip: 0 } });
    expect(run.server.count({ path: "/api/v1/pods" })).toBe(0);
    expect([...run.sink.closed.keys()]).toEqual(["b"]);
  });

  it("audit-and-reports 38: says which namespace cannot be read", async () => {
    await using run = await setUpScan({ objects: [cap("cap")] });
    await expect(scanNamespace(run.context, "nowhere", signal)).rejects.toThrow(
      "failed to get namespace nowhere: ",
    );
    expect(run.sink.closed.size).toBe(0);
  });
});

describe("scanCluster", () => {
  it("audit-and-reports 7, 18: finds what upstream's Namespaces come to", async () => {
    await using run = await setUpScan({
      objects: [
        ...[namespace("namespace1"), namespace("namespace2", { env: "test" })],
        cap("cap1", { rules: [namespaceRule] }),
        cap("cap2", { rules: [namespaceRule], objectSelector: selecting("test") }),
        cap("cap3", { rules: [namespaceRule], objectSelector: selecting("prod") }),
        cap("cap4", { rules: [unknownRule] }),
        cap("cap5", { rules: [wildcardRule] }),
        cap("for-pods", { backgroundAudit: false }),
        capGroup("capg", { rules: [namespaceRule] }),
        ap("namespace1/own", { rules: [namespaceRule] }),
      ],
    });
    await scanCluster(run.context, signal);
    expect(run.sink.summaries()).toEqual({
      "uid-of-namespace1": { results: 2, pass: 2, error: 1, skip: 1 },
      "uid-of-namespace2": { results: 3, pass: 3, error: 1, skip: 1 },
    });
    expect([...run.sink.closed.keys()]).toEqual([undefined]);
  });

  it("audit-and-reports, 2.3: a namespaceSelector is for Namespaces by their own labels, not for other kinds", async () => {
    const rules = [rule("v1 namespaces,nodes")];
    await using run = await setUpScan({
      objects: [
        ...[namespace("dev"), namespace("prod", { env: "prod" })],
        { apiVersion: "v1", kind: "Node", metadata: { name: "n", uid: "uid-of-n" } },
        cap("cap", { rules, namespaceSelector: selecting("prod") }),
      ],
    });
    await scanCluster(run.context, signal);
    expect(run.evaluator.asked.toSorted()).toEqual([
      "uid-of-n CREATE clusterwide-cap",
      "uid-of-prod CREATE clusterwide-cap",
    ]);
    expect(run.sink.of("uid-of-dev")?.verdicts).toEqual([]);
  });

  it("policies that cannot be listed end the scan", async () => {
    await using run = await setUpScan();
    run.server.undefine({ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy" });
    await expect(scanCluster(run.context, signal)).rejects.toThrow(
      "failed to obtain cluster auditable policies: ",
    );
  });
});
