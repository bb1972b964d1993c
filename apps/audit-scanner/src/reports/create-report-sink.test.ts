import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient } from "@kubewarden-ts/kube";
import {
  createFakeApiServer,
  type FakeRequest,
  staticAccess,
  statusAnswer,
} from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { migrateLegacyReports } from "./migrate-legacy-reports.ts";
import { reportKinds, reportTypes } from "./report-kinds.ts";
import { findings, namespaceObject, pod, verdict } from "./testing/findings.ts";
import { never, nothingKept, reportStore, scan } from "./testing/report-cluster.ts";
import { reportContract } from "./testing/report-contract.ts";

const types = { openreports: reportTypes("openreports"), policyreport: reportTypes("policyreport") };
const everyType = Object.values(types).flatMap(({ namespaced, cluster }) => [namespaced, cluster]);

const limitedToken = "may-delete-collections-only";

function authorize({ method, path, headers }: FakeRequest): 403 | undefined {
  const isOfOne = method === "DELETE" && !/reports$/.test(path);
  return isOfOne && headers.authorization?.endsWith(limitedToken) ? 403 : undefined;
}

async function openFake(kinds = everyType) {
  const server = await createFakeApiServer({ kinds, authorize });
  const options = { log: silentLogger, userAgent: "test" };
  const client = createKubeClient(staticAccess(server.url), options);
  const limitedClient = createKubeClient(staticAccess(server.url, { token: limitedToken }), options);
  return {
    ...{ server, client, limitedClient, types, namespaces: ["front", "back"] as const },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await limitedClient[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("createReportSink and migrateLegacyReports keep the contract", () => {
  for (const kind of reportKinds) reportContract(kind, openFake);
});

describe.each(reportKinds)("createReportSink with %s", (kind) => {
  const forbidden = statusAnswer(403, "Forbidden", "you may not");

  it("audit-and-reports 6: without store nothing is written or deleted, and every report is handed on", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    for (const scope of ["front", undefined]) await store.put(scope, "old");
    const start = fake.server.requests.length;
    const handedOn: string[] = [];
    for (const incremental of [false, true]) {
      const sink = store.sink("run", {
        ...{ store: false, incremental },
        onReport: ({ metadata, summary }) => handedOn.push(`${metadata.name} ${summary.pass}`),
      });
      await sink.openNamespaces(new Set(), never);
      await scan(sink, "front", [findings(pod("front", "a"))]);
      await scan(sink, undefined, [findings(namespaceObject("b"))]);
    }
    await migrateLegacyReports({ client: fake.client, store: false, log: silentLogger, signal: never });
    expect(fake.server.requests.slice(start).filter(({ method }) => method !== "GET")).toEqual([]);
    expect(handedOn).toEqual(["a 1", "b 1", "a 1", "b 1"]);
  });

  it("audit-and-reports 15: an unchanged cluster costs one list, and without --incremental one small patch for each", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    const all = Array.from({ length: 20 }, (_, index) => findings(pod("front", `p${index}`)));
    await scan(store.sink("run-1"), "front", all);
    const calls = () => fake.server.requests.map(({ method, path }) => `${method} ${path.split("/").length}`);
    const start = calls().length;
    await scan(store.sink("run-2"), "front", all);
    expect(calls().slice(start)).toEqual(["GET 7", ...Array(20).fill("PATCH 8")]);
    expect(fake.server.requests.at(-1)?.body.length).toBeLessThan(250);
    const next = calls().length;
    await scan(store.sink("run-3", { incremental: true }), "front", all);
    expect(calls().slice(next)).toEqual(["GET 7"]);
    const selector = fake.server.requests.at(-1)?.query.get("labelSelector");
    expect(selector).toBe("app.kubernetes.io/managed-by=kubewarden");
  });

  it("audit-and-reports 10: a report that cannot be written is logged, and the earlier one stays", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    await scan(store.sink("run-1"), "front", [findings(pod("front", "a")), findings(pod("front", "b"))]);
    fake.server.answerAlways({ method: "PATCH", path: /\/a$/ }, forbidden);
    const all = ["a", "b"].map((uid) => findings(pod("front", uid), [verdict({ result: "fail" })]));
    await scan(store.sink("run-2"), "front", all);
    expect((await store.reports("front")).map(({ summary }) => summary?.["fail"])).toEqual([0, 1]);
    expect(store.lines.filter(({ level }) => level === "error")).toMatchObject([
      {
        message: "error adding PolicyReport to store.",
        fields: { "report-name": "a", error: "you may not" },
      },
    ]);
    const sink = store.sink("run-3");
    await sink.open("front", never);
    expect(await Promise.all(all.map((each) => sink.write(each, never)))).toEqual(["unstored", "done"]);
  });

  it("audit-and-reports 14: where reports cannot be listed none is deleted, and all are written", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    await store.put("front", "old");
    const allow = fake.server.answerAlways({ method: "GET" }, forbidden);
    const sink = store.sink("run");
    await sink.openNamespaces(new Set(), never);
    await scan(sink, "front", [findings(pod("front", "a"))]);
    allow();
    expect((await store.reports("front")).map(({ metadata }) => metadata.name)).toEqual(["a", "old"]);
    expect(fake.server.count({ method: "DELETE" })).toBe(0);
  });

  it("audit-and-reports 14: an account that may list one namespace only is enough for that", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    await store.put("front", "old");
    fake.server.answerAlways({ method: "GET", path: /v1alpha\d\/[a-z]+$/ }, forbidden);
    const sink = store.sink("run");
    await sink.openNamespaces(new Set(), never);
    await scan(sink, "front", []);
    expect(fake.server.stored(types[kind].namespaced)).toEqual([]);
  });

  it("audit-and-reports 3: without the right to delete, old reports stay, and one line says what to grant", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    for (let index = 0; index < 30; index++) await store.put("front", `old-${index}`);
    fake.server.answerAlways({ method: "DELETE" }, forbidden);
    await scan(store.sink("run"), "front", []);
    const { plural, apiVersion } = types[kind].namespaced;
    const right = `may list and delete ${plural}.${apiVersion.split("/")[0]}`;
    expect(store.lines.filter(({ level }) => level === "error")).toMatchObject([
      {
        message: "error deleting old reports",
        fields: { error: expect.stringContaining(right), RunUID: "run" },
      },
    ]);
    // those that were under way, each tried by name and as a collection
    expect(fake.server.count({ method: "DELETE" })).toBeLessThanOrEqual(2 * 8);
  });

  it("audit-and-reports 41: a run that is stopped deletes nothing more", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    await store.put("front", "old");
    const sink = store.sink("run");
    const stop = new AbortController();
    await sink.open("front", stop.signal);
    stop.abort(new Error("stopped"));
    await sink.write(findings(pod("front", "a")), stop.signal);
    await expect(sink.close("front", nothingKept, stop.signal)).rejects.toThrow("stopped");
    await expect(sink.open("back", stop.signal)).rejects.toThrow("stopped");
    expect((await store.reports()).map(({ metadata }) => metadata.name)).toEqual(["old"]);
    expect(store.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("audit-and-reports 31: where the definitions are missing, one line for writing says so, and nothing is to be migrated", async () => {
    await using fake = await openFake([]);
    const store = reportStore(fake, kind);
    await scan(store.sink("run"), "front", [findings(pod("front", "a")), findings(pod("front", "b"))]);
    const errors = store.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ fields }) => fields["error"])).toEqual([
      expect.stringMatching(/^the API server does not serve .* install the report definitions/),
    ]);
    const start = store.lines.length;
    const { log } = store;
    expect(await migrateLegacyReports({ client: fake.client, store: true, log, signal: never })).toBe(0);
    expect(store.lines.slice(start)).toEqual([]);
  });

  it("audit-and-reports 31: a migration that is refused is told, and the scan goes on", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    fake.server.answerAlways({ method: "GET" }, forbidden);
    const { log } = store;
    await migrateLegacyReports({ client: fake.client, store: true, log, signal: never });
    expect(store.lines).toMatchObject(
      Array(2).fill({
        ...{ level: "warn", message: "Failed to delete legacy wgpolicyk8s.io PolicyReports, continuing" },
        fields: { error: expect.stringContaining("you may not; old reports stay until") },
      }),
    );
  });

  it("audit-and-reports 25: an object without a UID gets no report, and its kind is told once", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    await scan(store.sink("run"), "front", [findings(pod("front", "")), findings(pod("front", ""))]);
    expect(await store.reports()).toEqual([]);
    expect(store.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("audit-and-reports 40: what comes twice in a run is one report, as it came last", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    const sink = store.sink("run");
    for (const message of ["first", "second"])
      await sink.write(findings(pod("front", "a"), [verdict({ message })]), never);
    expect(await store.reports()).toMatchObject([{ results: [{ message: "second" }] }]);
  });
});
