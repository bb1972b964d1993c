import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient } from "@kubewarden-ts/kube";
import { createFakeApiServer, staticAccess, statusAnswer } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { reportKinds, reportTypes } from "./report-kinds.ts";
import { findings, namespaceObject, pod, verdict } from "./testing/findings.ts";
import { never, reportStore, scan } from "./testing/report-cluster.ts";

async function openFake() {
  const types = { openreports: reportTypes("openreports"), policyreport: reportTypes("policyreport") };
  const server = await createFakeApiServer({
    kinds: Object.values(types).flatMap(({ namespaced, cluster }) => [namespaced, cluster]),
  });
  const client = createKubeClient(staticAccess(server.url), { log: silentLogger, userAgent: "test" });
  return {
    ...{ server, client, limitedClient: client, types, namespaces: ["front", "back"] as const },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.each(reportKinds)("openObject of a report sink with %s", (kind) => {
  it.each([
    ["a namespace", pod("front", "a"), "front"],
    ["no namespace", namespaceObject("n"), undefined],
  ])(
    "reads the one report of an object in %s: its verdicts hold, and the same is not written",
    async (_row, object, scope) => {
      await using fake = await openFake();
      const store = reportStore(fake, kind);
      const judged = findings(object, [verdict({ revision: "r1", reads: [] })]);
      await scan(store.sink("one", { incremental: true }), scope, [judged]);
      const start = fake.server.requests.length;
      const sink = store.sink("two", { incremental: true });
      await sink.openObject(object, never);
      expect(sink.stored(object)).toMatchObject([{ policyRevision: "r1", reads: [] }]);
      await sink.write(judged, never);
      expect(fake.server.requests.slice(start).map(({ method }) => method)).toEqual(["GET"]);
      await sink.openObject(object, never);
      await sink.write(findings(object, [verdict({ result: "fail" })]), never);
      expect((await store.report(scope, object.uid))?.summary).toMatchObject({ pass: 0, fail: 1 });
    },
  );

  it("leaves a report that is not ours, and writes one where there is none", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    await store.put("front", "theirs", { labels: {} });
    const sink = store.sink("run");
    for (const uid of ["theirs", "new"]) {
      const object = pod("front", uid);
      await sink.openObject(object, never);
      await sink.write(findings(object, [verdict()]), never);
    }
    expect((await store.report("front", "theirs"))?.summary).toBeUndefined();
    expect((await store.report("front", "new"))?.summary).toMatchObject({ pass: 1 });
    expect(store.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warn a report of that name is not ours, it stays: the findings are not stored",
      "debug PolicyReport created",
    ]);
  });

  it("tells why a report cannot be read, and throws only when it is stopped", async () => {
    await using fake = await openFake();
    const store = reportStore(fake, kind);
    fake.server.answerAlways({ path: /reports\/a$/ }, statusAnswer(403, "Forbidden", "you may not"));
    await store.sink("run").openObject(pod("front", "a"), never);
    expect(store.lines).toMatchObject([{ level: "warn" }]);
    expect(JSON.stringify(store.lines)).toContain("you may not");
    const stopped = AbortSignal.abort(new Error("SIGTERM"));
    await expect(store.sink("run").openObject(pod("front", "a"), stopped)).rejects.toThrow("SIGTERM");
  });
});
