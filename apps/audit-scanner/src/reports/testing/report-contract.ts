import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReportKind } from "../report-kinds.ts";
import { deletionContract } from "./deletion-contract.ts";
import { findings, pod, policy, verdict } from "./findings.ts";
import {
  reportNames as names,
  never,
  nothingKept,
  type ReportCluster,
  type ReportStore,
  reportStore,
  scan,
} from "./report-cluster.ts";

const runUid = "kubewarden.io/audit-scanner-run-uid";

/**
 * What the storing of reports promises, with either kind (audit-and-reports.md 4 and 7.3).
 * @param open - a cluster for each kind: tests leave reports behind
 */
export function reportContract(kind: ReportKind, open: () => Promise<ReportCluster>): void {
  describe(kind, () => {
    let cluster: ReportCluster;
    let store: ReportStore;
    let front: string;
    let back: string;
    beforeAll(async () => {
      cluster = await open();
      [front, back] = cluster.namespaces;
    }, 60_000);
    afterAll(() => cluster?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      store = reportStore(cluster, kind);
      const { namespaced, cluster: outside } = cluster.types[kind];
      for (const { metadata } of await store.reports()) await store.objects.delete(namespaced, metadata);
      for (const { metadata } of await store.reports("cluster"))
        await store.objects.delete(outside, metadata);
    });

    it("audit-and-reports 25: the stored report has what was written, and the next one in its place", async () => {
      await scan(store.sink("run-1"), front, [findings(pod(front, "a"), [])]);
      expect(await store.report(front, "a")).toMatchObject({
        metadata: {
          labels: { "kubewarden.io/policyreport-version": "v2", [runUid]: "run-1" },
          ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "pod-a", uid: "a" }],
        },
        scope: { kind: "Pod", namespace: front, name: "pod-a", uid: "a", resourceVersion: "12345" },
        summary: { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 },
      });
      const refusing = verdict({ result: "fail", message: "no" });
      const changed = pod(front, "a", { resourceVersion: "45678" });
      await scan(store.sink("run-2"), front, [{ ...findings(changed, [refusing]), skipped: 2 }]);
      const { metadata, ...report } = (await store.report(front, "a"))!;
      expect(metadata.labels?.[runUid]).toBe("run-2");
      expect(metadata.ownerReferences).toEqual([{ apiVersion: "v1", kind: "Pod", name: "pod-a", uid: "a" }]);
      expect(report).toMatchObject({
        scope: { resourceVersion: "45678" },
        summary: { pass: 0, fail: 1, warn: 0, error: 0, skip: 2 },
        results: [
          {
            ...{ source: "kubewarden", policy: "clusterwide-policy-name", result: "fail", message: "no" },
            ...{ scored: true, resourceSelector: {}, timestamp: { seconds: 1_767_225_600, nanos: 0 } },
          },
        ],
      });
    });

    it("audit-and-reports 27: all reports of a run have its UID, also those that say the same as before", async () => {
      const all = ["a", "b"].map((uid) => findings(pod(front, uid)));
      await scan(store.sink("run-1"), front, all);
      const before = await store.report(front, "a");
      await scan(store.sink("run-2"), front, all);
      const after = await store.reports(front);
      expect(after.map(({ metadata }) => metadata.labels?.[runUid])).toEqual(["run-2", "run-2"]);
      expect(after[0]?.results).toEqual(before?.results);
      await scan(store.sink("run-3"), front, [findings(pod(front, "a"), [verdict({ result: "fail" })])]);
      const [changed] = await store.reports(front);
      expect(changed).toMatchObject({ metadata: { labels: { [runUid]: "run-3" } }, summary: { fail: 1 } });
    });

    it("audit-and-reports 40: incremental, a report that says the same is not written, nor deleted", async () => {
      const all = (message: string) => [
        findings(pod(front, "a"), [verdict({ revision: "r", reads: [] })]),
        findings(pod(front, "b"), [verdict({ revision: "r", reads: [], message })]),
      ];
      await scan(store.sink("run-1", { incremental: true }), front, all("1"));
      const [before] = await store.reports(front);
      await scan(store.sink("run-2", { incremental: true }), front, all("2"));
      const after = await store.reports(front);
      expect(after[0]).toEqual(before);
      expect(after[1]).toMatchObject({
        metadata: { labels: { [runUid]: "run-2" } },
        results: [{ message: "2" }],
      });
    });

    it("audit-and-reports 40: incremental, the next run finds what this one stored", async () => {
      const judged = verdict({ revision: "r", reads: ["{}"], result: "fail", message: "no" });
      await scan(store.sink("run-1", { incremental: true }), front, [findings(pod(front, "a"), [judged])]);
      const sink = store.sink("run-2", { incremental: true });
      expect(sink.stored(pod(front, "a"))).toEqual([]);
      await sink.open(front, never);
      expect(sink.stored(pod(front, "a"))).toMatchObject([
        {
          ...{ uniqueName: "clusterwide-policy-name", operation: "CREATE", policyRevision: "r" },
          ...{ reads: ["{}"], verdict: { result: "fail", message: "no" } },
        },
      ]);
      expect(sink.stored({ ...pod(front, "a"), resourceVersion: "12346" })).toEqual([]);
      expect(sink.stored(pod(front, "b"))).toEqual([]);
      await sink.close(front, nothingKept, never);
      expect(sink.stored(pod(front, "a"))).toEqual([]);
    });

    it("audit-and-reports 3: a report that went, or came, since the list is written all the same", async () => {
      for (const name of ["gone", "same-and-gone"])
        await scan(store.sink("run-0"), back, [findings(pod(back, name))]);
      await scan(store.sink("run-0"), front, [findings(pod(front, "gone")), findings(pod(front, "same"))]);
      const sink = store.sink("run-1");
      await sink.open(front, never);
      const { namespaced } = cluster.types[kind];
      for (const name of ["gone", "same"]) await store.objects.delete(namespaced, { name, namespace: front });
      await store.put(front, "came");
      await sink.write(findings(pod(front, "gone"), [verdict({ result: "fail" })]), never);
      await sink.write(findings(pod(front, "same")), never);
      await sink.write(findings(pod(front, "came")), never);
      await sink.close(front, nothingKept, never);
      expect(store.lines.filter(({ level }) => level === "error")).toEqual([]);
      expect((await store.reports(front)).map(({ metadata }) => metadata.labels?.[runUid])).toEqual(
        Array(3).fill("run-1"),
      );
    });

    it("audit-and-reports 25: what others set on a report stays", async () => {
      await scan(store.sink("run-1"), front, [findings(pod(front, "a"))]);
      const others = { labels: { team: "a" }, annotations: { note: "b" } };
      await store.patch(front, "a", { metadata: others, scopeSelector: { matchLabels: { app: "web" } } });
      await scan(store.sink("run-2"), front, [findings(pod(front, "a"), [verdict({ result: "fail" })])]);
      expect(await store.report(front, "a")).toMatchObject({
        ...{
          metadata: others,
          scopeSelector: { matchLabels: { app: "web" } },
          summary: { pass: 0, fail: 1 },
        },
      });
    });

    it("audit-and-reports 25: a report as upstream wrote it becomes ours, without a trace of what it said", async () => {
      const results = [{ policy: "p", result: "fail", rule: "r", source: "kubewarden", severity: "low" }];
      await store.put(front, "a", {
        results,
        summary: { fail: 1 },
        scope: { apiVersion: "v1", kind: "Pod" },
      });
      await scan(store.sink("run-1"), front, [findings(pod(front, "a"))]);
      const report = await store.report(front, "a");
      expect(report).toMatchObject({ summary: { pass: 1, fail: 0 }, results: [{ result: "pass" }] });
      expect(report?.results?.[0]).not.toHaveProperty("rule");
    });

    it("audit-and-reports 29: a severity that no report can have costs nothing but a warning for each policy", async () => {
      const odd = policy("clusterAdmissionPolicies", {
        annotations: { "io.kubewarden.policy.severity": "urgent" },
      });
      const all = ["a", "b"].map((uid) => findings(pod(front, uid), [verdict({ policy: odd })]));
      await scan(store.sink("run-1"), front, all);
      expect(names(await store.reports(front))).toEqual(["a", "b"]);
      const warnings = store.lines.filter(({ level }) => level === "warn");
      expect(warnings.map(({ fields }) => fields)).toMatchObject([
        { policy: "clusterwide-policy-name", severity: "urgent" },
      ]);
    });

    it("audit-and-reports 15: one list tells about all namespaces", async () => {
      await scan(store.sink("run-1"), front, [findings(pod(front, "a")), findings(pod(front, "b"))]);
      await scan(store.sink("run-1"), back, [findings(pod(back, "c"))]);
      const sink = store.sink("run-2");
      await sink.openNamespaces(new Set(), never);
      await scan(sink, front, [findings(pod(front, "b"))]);
      await scan(sink, back, []);
      expect(names(await store.reports())).toEqual(["b"]);
      await store.put(back, "later");
      await scan(sink, back, []); // again, as a daemon does
      expect(names(await store.reports())).toEqual(["b"]);
    });

    deletionContract(kind, () => ({ cluster, store, front, back }));
  });
}
