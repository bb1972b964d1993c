import { statusAnswer } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import type { SelectionScope } from "../selection/select-policies.ts";
import type { ObjectPlace } from "./read-object.ts";
import { namespacePolicies } from "./scan-namespaces.ts";
import { scanObjects } from "./scan-objects.ts";
import { planScan } from "./scan-plan.ts";
import { cap, deployment, namespace, object, pod, podRule, rule } from "./testing/scan-fixtures.ts";
import { setUpScan } from "./testing/set-up-scan.ts";

const { signal } = new AbortController();
const decoder = new TextDecoder();

/** @param kind - `v1 pods Pod` */
function place(kind: string, name: string): ObjectPlace {
  const [apiVersion = "", plural = "", kindName = ""] = kind.split(" ");
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const resource = { apiVersion, group, version, plural, kind: kindName, namespaced: true };
  return { resource, namespace: "shop", name };
}

const podAt = (name: string) => place("v1 pods Pod", name);

/** Looks at objects of the namespace `shop` by themselves. */
async function scanSingly(run: Awaited<ReturnType<typeof setUpScan>>, places: readonly ObjectPlace[]) {
  const scope: SelectionScope = { kind: "namespace", name: "shop", labels: {} };
  const policies = await namespacePolicies(run.context, "shop", signal);
  const plan = planScan(policies, new Map([["shop", scope]]));
  return await scanObjects(run.context, [{ plan, objects: places }], { limit: 10, signal });
}

const nothing = { refused: [], again: [] };

describe("scanObjects", () => {
  it("reads and judges the object that is named, and no other", async () => {
    await using run = await setUpScan({
      objects: [namespace("shop"), pod("shop/web"), pod("shop/other"), cap("one"), cap("two")],
    });
    expect(await scanSingly(run, [podAt("web")])).toEqual(nothing);
    expect(run.sink.summaries()).toEqual({
      "uid-of-shop/web": { results: 2, pass: 2, error: 0, skip: 0 },
    });
    expect(run.sink.openedObjects).toEqual(["uid-of-shop/web"]);
    expect(run.server.count({ path: /\/pods$/ })).toBe(0);
    expect(run.context.tally.totals).toMatchObject({ found: 1, done: 1, pass: 2 });
  });

  it("audit-and-reports 8: the object keeps its bytes", async () => {
    await using run = await setUpScan({ objects: [namespace("shop"), cap("cap")] });
    const edit = (json: string): string =>
      ` ${json.replace('"big":0', '"big":9007199254740993 , "one":1.0')}\n`;
    run.server.put({ ...pod("shop/web"), spec: { big: 0 } }, edit);
    const texts: string[] = [];
    run.evaluator.evaluate = async ({ bytes }) => {
      texts.push(decoder.decode(bytes));
      return [];
    };
    await scanSingly(run, [podAt("web")]);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^\{"kind":"Pod","apiVersion":"v1","metadata":\{/);
    expect(texts[0]).toMatch(/"spec":\{"big":9007199254740993 , "one":1\.0\}\}$/);
  });

  it("audit-and-reports 18: an object that no selector is about any more gets a report without results", async () => {
    const objectSelector = { matchLabels: { audited: "yes" } };
    await using run = await setUpScan({
      objects: [namespace("shop"), pod("shop/web", { audited: "no" }), cap("cap", { objectSelector })],
    });
    await scanSingly(run, [podAt("web")]);
    expect(run.sink.of("uid-of-shop/web")?.verdicts).toEqual([]);
  });

  it.each<[string, ObjectPlace]>([
    ["an object that is gone", podAt("gone")],
    ["a kind that no policy is about", place("apps/v1 deployments Deployment", "web")],
  ])("passes over %s", async (_row, what) => {
    await using run = await setUpScan({
      objects: [namespace("shop"), deployment("shop/web"), cap("cap")],
    });
    expect(await scanSingly(run, [what])).toEqual(nothing);
    expect(run.sink.written).toEqual([]);
  });

  it("audit-and-reports 39: an object that was told through two versions makes one report with the results of both", async () => {
    const scalers = { kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers", namespaced: true };
    const versions = ["autoscaling/v1", "autoscaling/v2"];
    await using run = await setUpScan({
      server: { kinds: versions.map((apiVersion) => ({ apiVersion, ...scalers })) },
      objects: [
        namespace("shop"),
        cap("second", { rules: [rule("autoscaling/v2 horizontalpodautoscalers")] }),
        cap("first", { rules: [rule("autoscaling/v1 horizontalpodautoscalers")] }),
      ],
    });
    for (const version of versions) run.server.put(object(`${version} HorizontalPodAutoscaler`, "shop/web"));
    const places = versions.map((version) =>
      place(`${version} horizontalpodautoscalers HorizontalPodAutoscaler`, "web"),
    );
    for (const told of [places, places.slice(1)]) {
      run.sink.written.length = 0;
      await scanSingly(run, told);
      expect(run.sink.written.map(({ verdicts }) => verdicts.map(({ policy }) => policy.uniqueName))).toEqual(
        [["clusterwide-first", "clusterwide-second"]],
      );
    }
  });

  it("names what may not be read, what cannot be read, what has no verdict, and what cannot be stored", async () => {
    await using run = await setUpScan({
      objects: [
        ...[namespace("shop"), pod("shop/secret"), pod("shop/broken"), pod("shop/web"), pod("shop/good")],
        pod("shop/lost"),
        cap("cap", { rules: [podRule] }),
      ],
      answer: ({ name }) => (name === "web" ? { result: "error" } : {}),
      unstored: ({ name }) => name === "lost",
    });
    const path = "/api/v1/namespaces/shop/pods";
    run.server.answerAlways({ path: `${path}/secret` }, statusAnswer(403, "Forbidden", "not for you"));
    run.server.answerAlways({ path: `${path}/broken` }, statusAnswer(400, "BadRequest", "what?"));
    const { refused, again } = await scanSingly(run, ["secret", "broken", "web", "good", "lost"].map(podAt));
    expect(refused.map(({ name }) => name)).toEqual(["secret"]);
    expect(again.map(({ name }) => name).toSorted()).toEqual(["broken", "lost", "web"]);
    expect(run.sink.written.map(({ object }) => object.name).toSorted()).toEqual(["good", "lost", "web"]);
    expect(run.context.tally.totals.unstored).toBe(1);
  });
});
