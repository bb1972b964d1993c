import { describe, expect, it } from "vitest";
import { statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";

const pod = { apiVersion: "v1", kind: "Pod" };
const core = { path: "/api/v1" };
const widgets = {
  apiVersion: "example.test/v1",
  kind: "Widget",
  group: "example.test",
  version: "v1",
  plural: "widgets",
  namespaced: true,
};
const groupPath = { path: "/apis/example.test/v1" };

describe("createDiscovery", () => {
  it("policy-runtime 35: asks once for each group and version", async () => {
    await using fake = await setUpFake();
    const { discovery, server } = fake;
    expect(await discovery.find(pod)).toEqual({
      ...pod,
      group: "",
      version: "v1",
      plural: "pods",
      namespaced: true,
    });
    expect(await discovery.find({ apiVersion: "v1", kind: "Namespace" })).toMatchObject({
      namespaced: false,
    });
    expect(await discovery.find({ apiVersion: "apps/v1", kind: "Deployment" })).toMatchObject({
      group: "apps",
      plural: "deployments",
    });
    expect(server.requests.map(({ path }) => path)).toEqual(["/api/v1", "/apis/apps/v1"]);
  });

  it("lists all kinds of a group and version, and tells what is not served from what cannot be asked", async () => {
    await using fake = await setUpFake();
    const { discovery, server } = fake;
    const kinds = async (apiVersion: string) =>
      (await discovery.list(apiVersion))?.map(({ plural }) => plural);
    expect(await kinds("apps/v1")).toEqual(["deployments"]);
    expect(await kinds("apps/v1")).toEqual(["deployments"]);
    expect(await kinds("example.test/v1")).toBeUndefined();
    expect(server.requests.map(({ path }) => path)).toEqual(["/apis/apps/v1", groupPath.path]);
    server.answerAlways({ path: "/apis/down.test/v1" }, statusAnswer(400, "BadRequest", "no"));
    await expect(discovery.list("down.test/v1")).rejects.toThrow("no");
  });

  it("asks once for a hundred who ask at the same time", async () => {
    await using fake = await setUpFake();
    await Promise.all(Array.from({ length: 100 }, () => fake.discovery.find(pod)));
    expect(fake.server.count(core)).toBe(1);
  });

  it("one who stops waiting does not stop the others", async () => {
    await using fake = await setUpFake();
    const stop = new AbortController();
    const stopped = fake.discovery.find(pod, { signal: stop.signal });
    const other = fake.discovery.find(pod);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "KUBE_ABORTED" });
    expect(await other).toMatchObject({ plural: "pods" });
  });

  it.each([
    [
      "a kind that a group lacks",
      { apiVersion: "v1", kind: "Widget" },
      "KUBE_KIND_UNKNOWN",
      "Cannot find resource v1/Widget",
    ],
    [
      "a kind that is only a subresource's name",
      { apiVersion: "v1", kind: "pods/status" },
      "KUBE_KIND_UNKNOWN",
      "Cannot find resource v1/pods/status",
    ],
    [
      "a group that does not exist",
      widgets,
      "KUBE_GROUP_UNKNOWN",
      "error finding resource example.test/v1 / Widget: the API server answered with HTTP status 404: 404 page not found",
    ],
    [
      "an apiVersion that is none",
      { apiVersion: "../v1", kind: "Pod" },
      "KUBE_GROUP_UNKNOWN",
      'error finding resource ../v1 / Pod: ".." is no API group',
    ],
  ])("policy-runtime 35: tells %s", async (_row, reference, code, message) => {
    await using fake = await setUpFake();
    await expect(fake.discovery.find(reference)).rejects.toMatchObject({ code, message });
  });

  it("remembers for ten seconds that something is unknown", async () => {
    await using fake = await setUpFake();
    const { discovery, server, clock } = fake;
    const find = () => discovery.find(widgets).catch(({ code }) => code);
    expect([await find(), await find()]).toEqual(["KUBE_GROUP_UNKNOWN", "KUBE_GROUP_UNKNOWN"]);
    expect(server.count(groupPath)).toBe(1);
    server.define({ ...widgets, kind: "Gadget", plural: "gadgets" });
    await clock.advance(10_000);
    expect([await find(), await find()]).toEqual(["KUBE_KIND_UNKNOWN", "KUBE_KIND_UNKNOWN"]);
    expect(server.count(groupPath)).toBe(2);
    server.define(widgets);
    await clock.advance(10_000);
    expect(await find()).toMatchObject({ plural: "widgets" });
  });

  it("asks again after ten minutes: plural and scope may have changed", async () => {
    await using fake = await setUpFake();
    const { discovery, server, clock } = fake;
    server.define(widgets);
    await discovery.find(widgets);
    server.define({ ...widgets, plural: "widgetz", namespaced: false });
    await clock.advance(599_999);
    expect(await discovery.find(widgets)).toMatchObject({ plural: "widgets" });
    await clock.advance(1);
    expect(await discovery.find(widgets)).toMatchObject({ plural: "widgetz", namespaced: false });
  });

  it("goes on with what it knows while the API server cannot be asked", async () => {
    await using fake = await setUpFake();
    const { discovery, server, clock } = fake;
    await discovery.find(pod);
    await clock.advance(600_000);
    server.answer(core, statusAnswer(500, "InternalError", "away"));
    expect(await discovery.find(pod)).toMatchObject({ plural: "pods" });
    await clock.advance(9_999);
    await discovery.find(pod);
    expect(server.count(core)).toBe(2);
    await clock.advance(1);
    await discovery.find(pod);
    expect(server.count(core)).toBe(3);
  });

  it("says why it could not ask", async () => {
    await using fake = await setUpFake();
    fake.server.answer(core, statusAnswer(403, "Forbidden", "not for you"));
    await expect(fake.discovery.find(pod)).rejects.toMatchObject({
      code: "KUBE_FORBIDDEN",
      message: "error finding resource v1 / Pod: not for you",
      status: 403,
    });
    expect(await fake.discovery.find(pod)).toMatchObject({ plural: "pods" });
  });

  it.each([
    ["no JSON", "x"],
    ["another shape", { resources: [{ name: 5 }] }],
  ])("refuses %s", async (_row, body) => {
    await using fake = await setUpFake();
    fake.server.answer(core, { status: 200, body });
    await expect(fake.discovery.find(pod)).rejects.toMatchObject({ code: "KUBE_ANSWER_INVALID" });
  });

  it("forgets on demand, but not what it has just learnt", async () => {
    await using fake = await setUpFake();
    const { discovery, server, clock } = fake;
    await discovery.find(pod);
    discovery.forget("v1");
    expect(discovery.known(pod)).toBeDefined();
    await clock.advance(1000);
    discovery.forget("v1");
    expect(discovery.known(pod)).toBeUndefined();
    await discovery.find(pod);
    expect(server.count(core)).toBe(2);
  });
});
