import { statusAnswer } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { scanAllNamespaces } from "./scan-all-namespaces.ts";
import { scanCluster } from "./scan-cluster.ts";
import {
  ap,
  cap,
  deployment,
  deploymentRule,
  namespace,
  namespaceRule,
  object,
  pod,
  podRule,
  rule,
} from "./testing/scan-fixtures.ts";
import { setUpScan } from "./testing/set-up-scan.ts";

const { signal } = new AbortController();
const forbidden = statusAnswer(403, "Forbidden", "not for you");
const manyPods = (count: number) => Array.from({ length: count }, (_, index) => pod(`a/web-${index}`));
const decoder = new TextDecoder();

describe("listing of objects", () => {
  it("audit-and-reports 23: 105 objects come in two pages of 100, none twice", async () => {
    await using run = await setUpScan({ objects: [namespace("a"), cap("cap"), ...manyPods(105)] });
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.written).toHaveLength(105);
    expect(new Set(Object.keys(run.sink.summaries())).size).toBe(105);
    const lists = run.server.requests.filter(({ path }) => path.endsWith("/pods"));
    expect(lists.map(({ query }) => query.get("limit"))).toEqual(["100", "100"]);
  });

  it("audit-and-reports, 13: a list that is no longer known begins anew, without the objects that were there", async () => {
    await using run = await setUpScan({
      objects: [namespace("a"), cap("cap"), ...manyPods(25)],
      options: { pageSize: 10 },
    });
    const first = new Set<string>();
    run.sink.write = async (findings) => {
      if (first.size === 0) {
        run.server.put(pod("elsewhere/late"));
        run.server.compact();
      }
      first.add(findings.object.uid);
      run.sink.written.push(findings);
      return "done";
    };
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.written).toHaveLength(25);
    expect(first.size).toBe(25);
    expect(run.server.requests.filter(({ path }) => path.endsWith("/pods")).length).toBeGreaterThan(3);
  });

  it("audit-and-reports 14: a kind that may not be listed keeps its reports, and the others are audited", async () => {
    const webhooks = rule("admissionregistration.k8s.io/v1 validatingwebhookconfigurations");
    await using run = await setUpScan({
      objects: [namespace("a"), cap("cap1", { rules: [namespaceRule] }), cap("cap2", { rules: [webhooks] })],
    });
    run.server.answerAlways({ path: /validatingwebhookconfigurations$/ }, forbidden);
    await scanCluster(run.context, signal);
    expect(run.sink.summaries()).toEqual({ "uid-of-a": { results: 1, pass: 1, error: 0, skip: 0 } });
    expect([...(run.sink.closed.get(undefined)?.kinds ?? [])]).toEqual([
      "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    ]);
    expect(run.lines).toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: "Failed to list resources",
        fields: expect.objectContaining({ error: "not for you", policies: ["clusterwide-cap2"] }),
      }),
    );
    expect(run.context.tally.totals.unlisted).toBe(1);
  });

  it("audit-and-reports 14: where a kind may be listed in some namespaces only, those are audited", async () => {
    await using run = await setUpScan({
      objects: [namespace("a"), namespace("b"), pod("a/web"), pod("b/web"), cap("cap")],
    });
    run.server.answerAlways({ path: "/api/v1/pods" }, forbidden);
    run.server.answerAlways({ path: "/api/v1/namespaces/b/pods" }, forbidden);
    await scanAllNamespaces(run.context, signal);
    expect(Object.keys(run.sink.summaries())).toEqual(["uid-of-a/web"]);
    expect([...(run.sink.closed.get("a")?.kinds ?? [])]).toEqual([]);
    expect([...(run.sink.closed.get("b")?.kinds ?? [])]).toEqual(["/Pod"]);
  });

  it.each([
    ["404", statusAnswer(404, "NotFound", "page not found")],
    ["400", statusAnswer(400, "BadRequest", "no")],
    ["an answer that is no list", { status: 200, body: "[]" }],
  ])(
    "audit-and-reports, 4.5: a list that ends with %s keeps the reports of all namespaces",
    async (_row, answer) => {
      await using run = await setUpScan({
        objects: [
          namespace("a"),
          namespace("b"),
          deployment("a/web"),
          cap("c", { rules: [podRule, deploymentRule] }),
        ],
      });
      run.server.answerAlways({ path: "/api/v1/pods" }, answer);
      await scanAllNamespaces(run.context, signal);
      expect(Object.keys(run.sink.summaries())).toEqual(["uid-of-a/web"]);
      expect(["a", "b"].map((name) => [...(run.sink.closed.get(name)?.kinds ?? [])])).toEqual([
        ["/Pod"],
        ["/Pod"],
      ]);
    },
  );

  it("objects that are asked about but not kept are no failure", async () => {
    await using run = await setUpScan({
      objects: [namespace("a"), namespace("b"), pod("a/web"), cap("cap")],
    });
    run.server.answerAlways({ path: "/api/v1/pods" }, statusAnswer(405, "MethodNotAllowed", "no list"));
    await scanAllNamespaces(run.context, signal);
    expect(run.context.tally.totals.unlisted).toBe(0);
    expect(run.lines.filter(({ level }) => level === "warn")).toEqual([]);
  });

  it("looks into the few namespaces that policies are for, not into all", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `ns-${index}`);
    await using run = await setUpScan({
      objects: [
        ...names.flatMap((name) => [namespace(name), pod(`${name}/web`)]),
        ap("ns-3/a"),
        ap("ns-4/b"),
      ],
    });
    await scanAllNamespaces(run.context, signal);
    expect(run.server.count({ path: "/api/v1/pods" })).toBe(0);
    expect(Object.keys(run.sink.summaries())).toEqual(["uid-of-ns-3/web", "uid-of-ns-4/web"]);
  });

  it("audit-and-reports 8: objects keep their bytes, and get the kind that lists leave out", async () => {
    const edit = (json: string): string => json.replace('"big":0', '"big":9007199254740993 , "one":1.0');
    await using run = await setUpScan({ objects: [namespace("a"), cap("cap")] });
    run.server.put({ ...pod("a/web"), spec: { big: 0 } }, edit);
    const texts: string[] = [];
    run.evaluator.evaluate = async ({ bytes }) => {
      texts.push(decoder.decode(bytes));
      return [];
    };
    await scanAllNamespaces(run.context, signal);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^\{"apiVersion":"v1","kind":"Pod","metadata":\{/);
    expect(texts[0]).toContain('"spec":{"big":9007199254740993 , "one":1.0}}');
  });

  it("audit-and-reports 39: two versions of a kind make one report with the results of both", async () => {
    const scalers = { kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers", namespaced: true };
    await using run = await setUpScan({
      server: {
        kinds: ["autoscaling/v1", "autoscaling/v2"].map((apiVersion) => ({ apiVersion, ...scalers })),
      },
      answer: async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        return {};
      },
      objects: [
        namespace("a"),
        cap("second", { rules: [rule("autoscaling/v2 horizontalpodautoscalers")] }),
        cap("first", { rules: [rule("autoscaling/v1 horizontalpodautoscalers")] }),
        cap("third", {
          rules: [rule("autoscaling/v1 horizontalpodautoscalers", { apiVersions: ["v2", "v1"] })],
        }),
      ],
    });
    for (const version of ["v1", "v2"]) {
      run.server.put(object(`autoscaling/${version} HorizontalPodAutoscaler`, "a/web"));
    }
    await scanAllNamespaces(run.context, signal);
    expect(run.sink.written.map(({ verdicts }) => verdicts.map(({ policy }) => policy.uniqueName))).toEqual([
      ["clusterwide-first", "clusterwide-second", "clusterwide-third"],
    ]);
    expect(run.evaluator.asked).toHaveLength(3);
    expect(run.progress.at(-1)).toEqual({ found: 1, done: 1 });
  });

  it("a policy that names a kind in two groups judges an object once", async () => {
    const kind = { kind: "Event", plural: "events", namespaced: true };
    await using run = await setUpScan({
      server: {
        kinds: [
          { apiVersion: "v1", ...kind },
          { apiVersion: "events.k8s.io/v1", ...kind },
        ],
      },
      objects: [
        namespace("a"),
        cap("cap", { rules: [rule("v1 events", { apiGroups: ["", "events.k8s.io"] })] }),
      ],
    });
    run.server.put(object("v1 Event", "a/e"));
    run.server.put(object("events.k8s.io/v1 Event", "a/e"));
    await scanAllNamespaces(run.context, signal);
    expect(run.evaluator.asked).toEqual(["uid-of-a/e CREATE clusterwide-cap"]);
    expect(run.sink.written).toHaveLength(1);
  });
});
