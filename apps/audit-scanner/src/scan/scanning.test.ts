import { describe, expect, it } from "vitest";
import type { StoredVerdict } from "../report-sink.ts";
import { scanAllNamespaces } from "./scan-all-namespaces.ts";
import { scanCluster } from "./scan-cluster.ts";
import {
  cap,
  capGroup,
  deployment,
  deploymentRule,
  namespace,
  namespaceRule,
  pod,
  podRule,
  rule,
} from "./testing/scan-fixtures.ts";
import { setUpScan } from "./testing/set-up-scan.ts";

const { signal } = new AbortController();
const namespaces = ["a", "b", "c"];
const manyPods = (count: number) =>
  namespaces.flatMap((name) => Array.from({ length: count }, (_, index) => pod(`${name}/web-${index}`)));

describe("scanning", () => {
  it("audit-and-reports 24: no more objects at once than namespaces and resources allow", async () => {
    await using run = await setUpScan({
      objects: [...namespaces.map((name) => namespace(name)), ...manyPods(20), cap("cap")],
      options: { parallelNamespaces: 2, parallelResources: 3, pageSize: 50 },
      answer: async () => {
        await new Promise(setImmediate);
        return {};
      },
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.written).toHaveLength(60);
    expect(run.evaluator.most).toBe(6);
  });

  it("audit-and-reports 24: the cluster scan has no more than its own limit", async () => {
    await using run = await setUpScan({
      objects: [
        ...Array.from({ length: 20 }, (_, index) => namespace(`ns-${index}`)),
        cap("cap", { rules: [namespaceRule] }),
      ],
      options: { parallelNamespaces: 7, parallelResources: 3 },
      answer: async () => {
        await new Promise(setImmediate);
        return {};
      },
    });
    await scanCluster(run.context, signal);
    expect(run.evaluator.most).toBe(3);
  });

  it("no more pages are listed ahead than are looked at, and one", async () => {
    const held = Promise.withResolvers<object>();
    await using run = await setUpScan({
      objects: [namespace("a"), ...manyPods(30), cap("cap")],
      options: { pageSize: 5, parallelResources: 7 },
      answer: () => held.promise,
    });
    const scanning = scanAllNamespaces(run.context, signal);
    const lists = () => run.server.requests.filter(({ path }) => path.endsWith("/pods")).length;
    await run.server.until(() => lists() === 3);
    while (run.evaluator.asked.length < 7) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(lists()).toBe(3);
    held.resolve({});
    await scanning;
    expect(run.sink.written).toHaveLength(30);
  });

  it("audit-and-reports 40: results stand in the order of the policies, whoever answers first", async () => {
    await using run = await setUpScan({
      objects: [
        ...[namespace("a"), pod("a/web")],
        ...[capGroup("group"), cap("z"), cap("b"), cap("a", { rules: [podRule, podRule] })],
      ],
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.of("uid-of-a/web")?.verdicts.map(({ policy }) => policy.uniqueName)).toEqual([
      ...["clusterwide-a", "clusterwide-b", "clusterwide-z", "clusterwide-group-group"],
    ]);
  });

  it("audit-and-reports 41: stops taking objects, finishes those under way, and removes nothing", async () => {
    const stop = new AbortController();
    const held = Promise.withResolvers<object>();
    await using run = await setUpScan({
      objects: [namespace("a"), ...manyPods(30), cap("cap")],
      options: { parallelResources: 4 },
      answer: () => held.promise,
    });
    const scanning = scanAllNamespaces(run.context, stop.signal);
    while (run.evaluator.asked.length < 4) await new Promise(setImmediate);
    let isOver = false;
    void scanning.catch(() => {
      isOver = true;
    });
    stop.abort(new Error("SIGTERM"));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(isOver).toBe(false);
    held.resolve({});
    await expect(scanning).rejects.toThrow("SIGTERM");
    expect(run.sink.written).toHaveLength(4);
    expect(run.sink.closed.size).toBe(0);
  });

  it("audit-and-reports 41: what is under way ends too when there is no time left", async () => {
    const stop = new AbortController();
    const grace = new AbortController();
    await using run = await setUpScan({
      objects: [namespace("a"), ...manyPods(3), cap("cap")],
      graceSignal: grace.signal,
      answer: () =>
        new Promise((_, reject) => grace.signal.addEventListener("abort", () => reject(grace.signal.reason))),
    });
    const scanning = scanAllNamespaces(run.context, stop.signal);
    while (run.evaluator.asked.length < 3) await new Promise(setImmediate);
    stop.abort(new Error("SIGTERM"));
    grace.abort(new Error("no time left"));
    await expect(scanning).rejects.toThrow(/SIGTERM|no time left/);
    expect(run.sink.written).toEqual([]);
    expect(run.sink.closed.size).toBe(0);
  });

  it("--all-operations: a policy for updates is asked about those", async () => {
    const update = rule("v1 pods", { operations: ["UPDATE", "DELETE"] });
    const objects = [
      ...[namespace("a"), pod("a/web")],
      ...[
        cap("all", { rules: [rule("v1 pods", { operations: ["*"] })] }),
        cap("update", { rules: [update] }),
      ],
    ];
    await using run = await setUpScan({ objects, options: { allOperations: true } });
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked).toEqual([
      "uid-of-a/web CREATE clusterwide-all",
      "uid-of-a/web UPDATE clusterwide-all",
      "uid-of-a/web UPDATE clusterwide-update",
    ]);
    expect(run.sink.of("uid-of-a/web")?.skipped).toBe(0);
  });

  it("tells how far it is", async () => {
    await using run = await setUpScan({ objects: [namespace("a"), ...manyPods(2), cap("cap")] });
    await scanAllNamespaces(run.context, signal);
    expect(run.progress.at(-1)).toEqual({ found: 2, done: 2 });
  });
});

describe("--incremental", () => {
  const rules = [podRule, deploymentRule];
  const objects = [
    ...[namespace("a"), pod("a/web-1"), pod("a/web-2"), pod("a/web-3")],
    ...[cap("one", { rules }), cap("two", { rules })],
  ];
  const options = { incremental: true, parallelResources: 1 };
  /** What a former run would have stored about every object. */
  const before =
    (more: Partial<StoredVerdict> = {}) =>
    (): readonly StoredVerdict[] =>
      ["clusterwide-one", "clusterwide-two"].map((uniqueName) => ({
        ...{ uniqueName, operation: "CREATE", policyRevision: "r1", reads: [] },
        verdict: {
          operation: "CREATE",
          result: "fail",
          message: "as before",
          atMs: 5,
          revision: "r1",
          reads: [],
        },
        ...more,
      }));
  const now = { revision: "r1", reads: [] };

  it("asks each policy about one object, and keeps what was found about the others", async () => {
    await using run = await setUpScan({ objects, options, stored: before(), answer: () => now });
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked).toEqual([
      "uid-of-a/web-1 CREATE clusterwide-one",
      "uid-of-a/web-1 CREATE clusterwide-two",
    ]);
    expect(run.sink.of("uid-of-a/web-3")?.verdicts).toMatchObject([
      { policy: { uniqueName: "clusterwide-one" }, result: "fail", message: "as before", atMs: 5 },
      { policy: { uniqueName: "clusterwide-two" }, result: "fail", message: "as before", atMs: 5 },
    ]);
    expect(run.context.tally.totals.reused).toBe(4);
  });

  it.each<[string, Partial<StoredVerdict>]>([
    ["policies that changed", { policyRevision: "r0" }],
    ["verdicts that rest on other objects", { reads: ['{"capability":"kubernetes/get_resource"}'] }],
    ["verdicts that rest on nobody knows what", { reads: undefined }],
    ["other operations", { operation: "UPDATE" }],
    [
      "errors",
      { verdict: { operation: "CREATE", result: "error", message: "", atMs: 1, revision: "r1", reads: [] } },
    ],
  ])("asks anew about %s", async (_row, more) => {
    await using run = await setUpScan({ objects, options, stored: before(more), answer: () => now });
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked).toHaveLength(6);
    expect(run.context.tally.totals.reused).toBe(0);
  });

  it("keeps nothing when the policy server does not say which policy judges", async () => {
    await using run = await setUpScan({ objects, options, stored: before() });
    await scanAllNamespaces(run.context, signal);
    expect(new Set(run.evaluator.asked).size).toBe(6);
    expect(run.evaluator.asked).toHaveLength(6);
  });

  it("one answer without a revision does not make all objects be asked about", async () => {
    await using run = await setUpScan({
      ...{ objects, options, stored: before() },
      answer: ({ name }) => (name === "web-1" ? { result: "error" } : now),
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked).toHaveLength(4);
    expect(run.context.tally.totals).toMatchObject({ reused: 2, error: 2, pass: 2, fail: 2 });
  });

  it("objects that come at the same time wait for one who asks, not for each other", async () => {
    await using run = await setUpScan({
      objects: [...objects, deployment("a/web")],
      options: { incremental: true, parallelResources: 10 },
      stored: (object) => {
        const [one, two] = before()();
        return object.name === "web-1" ? [one!] : object.name === "web-2" ? [two!] : [one!, two!];
      },
      answer: async () => {
        await new Promise(setImmediate);
        return now;
      },
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.written.every(({ verdicts }) => verdicts.length === 2)).toBe(true);
    expect(run.context.tally.totals.reused).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ["has changed", { revision: "r2", reads: [] }],
    ["is not told", {}],
  ])("objects that waited for the revision are asked about when it %s", async (_row, told) => {
    await using run = await setUpScan({
      ...{ objects, stored: before(), options: { incremental: true, parallelResources: 10 } },
      answer: async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        return told;
      },
    });
    await scanAllNamespaces(run.context, signal);
    expect(new Set(run.evaluator.asked).size).toBe(6);
    expect(run.context.tally.totals.reused).toBe(0);
  });

  it("without the flag nothing is kept", async () => {
    await using run = await setUpScan({ objects, stored: before(), answer: () => now });
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked).toHaveLength(6);
  });
});
