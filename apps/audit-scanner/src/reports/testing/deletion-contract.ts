import { expect, it } from "vitest";
import { migrateLegacyReports } from "../migrate-legacy-reports.ts";
import { runUidLabel } from "../report.ts";
import type { ReportKind } from "../report-kinds.ts";
import { findings, namespaceObject, pod, verdict } from "./findings.ts";
import {
  reportNames as names,
  never,
  nothingKept,
  type ReportCluster,
  type ReportStore,
  scan,
} from "./report-cluster.ts";

/** What a test of the contract works on. */
export interface ContractGround {
  readonly cluster: ReportCluster;
  readonly store: ReportStore;
  /** two namespaces */
  readonly front: string;
  readonly back: string;
}

/**
 * What the deletion of reports promises (audit-and-reports.md 4.5 and 4.6): the part of `reportContract` about old ones.
 * @param ground - of the test that runs
 */
export function deletionContract(kind: ReportKind, ground: () => ContractGround): void {
  it("audit-and-reports 3: what no policy looks at any more loses its report, in this scope alone", async () => {
    const { store, front, back } = ground();
    await scan(store.sink("run-1"), front, [findings(pod(front, "a")), findings(pod(front, "b"))]);
    await scan(store.sink("run-1"), back, [findings(pod(back, "c"))]);
    await scan(store.sink("run-1"), undefined, [
      findings(namespaceObject("d")),
      findings(namespaceObject("e")),
    ]);
    await scan(store.sink("run-2"), front, [findings(pod(front, "b"))]);
    expect([names(await store.reports()).sort(), names(await store.reports("cluster"))]).toEqual([
      ["b", "c"],
      ["d", "e"],
    ]);
    await scan(store.sink("run-3"), undefined, [findings(namespaceObject("e"))]);
    expect(names(await store.reports("cluster"))).toEqual(["e"]);
    await scan(store.sink("run-4"), back, []);
    expect(names(await store.reports())).toEqual(["b"]);
  });

  it("audit-and-reports 4: what this run wrote stays, and what somebody wrote since the list", async () => {
    const { store, front } = ground();
    for (const name of ["old", "touched", "renewed"]) await store.put(front, name);
    const sink = store.sink("run-1");
    await sink.open(front, never);
    for (const uid of ["renewed", "new"]) await sink.write(findings(pod(front, uid)), never);
    await store.put(front, "later"); // of another run, that the list did not have
    await store.patch(front, "touched", { metadata: { labels: { [runUidLabel]: "run-2" } } });
    await sink.close(front, nothingKept, never);
    expect(names(await store.reports(front)).sort()).toEqual(["later", "new", "renewed", "touched"]);
  });

  it("audit-and-reports 3, 4: an account that may delete collections only removes old reports, and nothing else", async () => {
    const { cluster, store, front, back } = ground();
    for (const name of ["old", "changed", "stays"]) await store.put(front, name);
    await store.put(back, "old");
    await store.put(undefined, "old");
    const sink = store.sink("run-2", { client: cluster.limitedClient });
    await sink.open(front, never);
    await sink.write(findings(pod(front, "stays")), never);
    await store.patch(front, "changed", { summary: { pass: 7 } });
    await sink.close(front, nothingKept, never);
    await scan(sink, undefined, []);
    expect(names(await store.reports(front))).toEqual(["changed", "stays"]);
    expect(names(await store.reports(back))).toEqual(["old"]);
    expect(await store.reports("cluster")).toEqual([]);
    expect(store.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("audit-and-reports 5: what is not ours is never changed or deleted, not even under the name of an object", async () => {
    const { store, front } = ground();
    for (const scope of [front, undefined]) {
      await store.put(scope, "theirs", { labels: { "app.kubernetes.io/managed-by": "somebody" } });
      await store.put(scope, "nobodys", { labels: {} });
    }
    const before = [await store.reports(), await store.reports("cluster")];
    await scan(store.sink("run-1"), front, [findings(pod(front, "theirs"))]);
    await scan(store.sink("run-1"), undefined, [findings(namespaceObject("nobodys"))]);
    expect([await store.reports(), await store.reports("cluster")]).toEqual(before);
    const told = store.lines
      .filter(({ level }) => level === "warn")
      .map(({ fields }) => fields["report-name"]);
    expect(told).toEqual(["theirs", "nobodys"]);
  });

  it("audit-and-reports 5: what was ours when it was listed, and is somebody else's now, stays theirs", async () => {
    const { store, front } = ground();
    await scan(store.sink("run-1"), front, [findings(pod(front, "a")), findings(pod(front, "b"))]);
    const sink = store.sink("run-2");
    await sink.open(front, never);
    for (const name of ["a", "b"]) {
      await store.patch(front, name, {
        metadata: { labels: { "app.kubernetes.io/managed-by": "somebody" } },
      });
    }
    const before = await store.reports(front);
    await sink.write(findings(pod(front, "a")), never);
    await sink.write(findings(pod(front, "b"), [verdict({ result: "fail" })]), never);
    await sink.close(front, nothingKept, never);
    expect(await store.reports(front)).toEqual(before);
  });

  it("audit-and-reports 14: keeps reports of kinds that could not be listed, and of objects without a new one", async () => {
    const { store, front } = ground();
    const scopeOf = (apiVersion: string, kind: string) => ({ scope: { apiVersion, kind } });
    await store.put(front, "pod", scopeOf("v1", "Pod"));
    await store.put(front, "deployment", scopeOf("apps/v1", "Deployment"));
    await store.put(front, "old-version", scopeOf("apps/v1beta1", "Deployment"));
    await store.put(front, "other-group", scopeOf("other/v1", "Deployment"));
    await store.put(front, "seen", scopeOf("v1", "ConfigMap"));
    await store.put(front, "without-scope");
    const sink = store.sink("run-1");
    await sink.open(front, never);
    await sink.close(front, { kinds: new Set(["/Pod", "apps/Deployment"]), uids: new Set(["seen"]) }, never);
    expect(names(await store.reports(front)).sort()).toEqual(["deployment", "old-version", "pod", "seen"]);
  });

  it("audit-and-reports defect 22: reports of ignored namespaces stay, and one line says how many and how to delete them", async () => {
    const { cluster, store, front, back } = ground();
    for (const name of ["old-1", "old-2"]) await store.put(back, name);
    await store.put(back, "theirs", { labels: {} });
    const sink = store.sink("run-1");
    await sink.openNamespaces(new Set([back, "without-reports"]), never);
    await scan(sink, front, []);
    expect(names(await store.reports(back))).toEqual(["old-1", "old-2", "theirs"]);
    const { plural, apiVersion } = cluster.types[kind].namespaced;
    const what = `${plural}.${apiVersion.split("/")[0]} --selector app.kubernetes.io/managed-by=kubewarden`;
    expect(store.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields)).toMatchObject([
      {
        ...{ reports: 2, namespaces: [back] },
        "to-delete": `for ns in ${back}; do kubectl delete --namespace $ns ${what}; done`,
      },
    ]);
  });

  it("audit-and-reports 31: the migration removes ours everywhere, and nothing else", async () => {
    const { cluster, store, front, back } = ground();
    for (const scope of [front, back, undefined]) {
      await store.put(scope, "ours");
      await store.put(scope, "theirs", { labels: {} });
    }
    const { client, types } = cluster;
    const options = { client, types: types[kind], log: store.log, signal: never };
    expect(await migrateLegacyReports({ ...options, store: false })).toBe(0);
    expect(await migrateLegacyReports({ ...options, store: true })).toBe(3);
    expect(names(await store.reports())).toEqual(["theirs", "theirs"]);
    expect(names(await store.reports("cluster"))).toEqual(["theirs"]);
  });
}
