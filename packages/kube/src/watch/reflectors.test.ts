import { describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import type { ListRequest } from "./reflectors.ts";

type Fake = Awaited<ReturnType<typeof setUpFake>>;

const namespaces = { apiVersion: "v1", kind: "Namespace" };
const configMaps = { apiVersion: "v1", kind: "ConfigMap" };
const path = "/api/v1/namespaces";
const allConfigMaps = "/api/v1/configmaps";
const namespace = (name: string, more: object = {}) => ({ ...namespaces, metadata: { name, ...more } });
const configMap = (inNamespace: string, name: string, data = {}) => ({
  ...configMaps,
  metadata: { namespace: inNamespace, name },
  data,
});

async function documentOf(fake: Fake, request: ListRequest = namespaces) {
  const { document } = await fake.reflectors.list(request);
  return JSON.parse(Buffer.from(document).toString());
}

async function namesOf(fake: Fake, request: ListRequest = namespaces): Promise<string[]> {
  const { items } = await documentOf(fake, request);
  return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

const counts = ({ server }: Fake, ofPath: string) => ({
  lists: server.count({ path: ofPath, watch: false }),
  watches: server.count({ path: ofPath, watch: true }),
});

describe("createReflectors", () => {
  it("policy-runtime 42: the first list waits until it is complete, with all its pages", async () => {
    await using fake = await setUpFake();
    for (let index = 0; index < 1100; index++)
      fake.server.put(namespace(`n${String(index).padStart(4, "0")}`));
    const names = await namesOf(fake);
    expect(names).toHaveLength(1100);
    expect(names).toEqual(names.toSorted());
    expect(counts(fake, path)).toEqual({ lists: 3, watches: 1 });
  });

  it("policy-runtime 42: creation, change and deletion appear in the next list", async () => {
    await using fake = await setUpFake();
    fake.server.put(namespace("a"));
    expect(await namesOf(fake)).toEqual(["a"]);
    fake.server.put(namespace("b"));
    await eventually(async () => (await namesOf(fake)).length === 2);
    fake.server.put(namespace("a", { labels: { changed: "yes" } }));
    await eventually(async () => (await documentOf(fake)).items[0].metadata.labels?.changed === "yes");
    fake.server.remove(namespace("b"));
    await eventually(async () => (await namesOf(fake)).length === 1);
    expect(counts(fake, path)).toEqual({ lists: 1, watches: 1 });
  });

  it("policy-runtime 42: managedFields and the last applied configuration are gone", async () => {
    await using fake = await setUpFake();
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "yes" };
    fake.server.put(namespace("a", { managedFields: [{ manager: "m" }], annotations }));
    const metadata = { name: "a", managedFields: [], annotations: { kept: "yes" }, resourceVersion: "101" };
    expect(await documentOf(fake)).toEqual({
      apiVersion: "v1",
      kind: "NamespaceList",
      metadata: {},
      items: [{ ...namespaces, metadata }],
    });
    fake.server.put(namespace("b", { managedFields: [{ manager: "m" }] }));
    await eventually(async () => (await namesOf(fake)).length === 2);
    expect((await documentOf(fake)).items[1].metadata).toEqual({
      name: "b",
      managedFields: [],
      annotations: {},
      resourceVersion: "102",
    });
  });

  it("policy-runtime 35: lists what selectors and namespace ask for, numbers as they are written", async () => {
    await using fake = await setUpFake();
    fake.server.put(configMap("web", "a", { n: 1 }), (json) => json.replace('"n":1', '"n":1.0'));
    fake.server.put(configMap("web", "b"));
    fake.server.put(configMap("other", "c"));
    fake.server.put({
      ...configMap("web", "d"),
      metadata: { namespace: "web", name: "d", labels: { x: "y" } },
    });
    expect(await namesOf(fake, { ...configMaps, namespace: "web" })).toEqual(["a", "b", "d"]);
    expect(await namesOf(fake, { ...configMaps, labelSelector: "x=y" })).toEqual(["d"]);
    expect(await namesOf(fake, { ...configMaps, fieldSelector: "metadata.name=c" })).toEqual(["c"]);
    const { document } = await fake.reflectors.list({
      ...configMaps,
      namespace: "web",
      fieldMasks: ["data.n"],
    });
    expect(Buffer.from(document).toString()).toContain('"data":{"n":1.0}');
  });

  it.each([
    [
      { ...namespaces, namespace: "web" },
      "KUBE_SCOPE_MISMATCH",
      "resource v1/Namespace is cluster wide. Cannot search for it inside of a namespace",
    ],
    [{ apiVersion: "v1", kind: "Widget" }, "KUBE_KIND_UNKNOWN", "Cannot find resource v1/Widget"],
    [{ ...configMaps, namespace: "" }, "KUBE_NAME_INVALID", '"" is no namespace'],
    [{ ...configMaps, namespace: "../x" }, "KUBE_NAME_INVALID", '"../x" is no namespace'],
  ])("policy-runtime 35: refuses %j, also where all objects are watched", async (request, code, message) => {
    await using fake = await setUpFake();
    await expect(fake.reflectors.list(request)).rejects.toMatchObject({ code, message });
    for (const all of [namespaces, configMaps]) await fake.reflectors.list(all);
    await expect(fake.reflectors.list(request)).rejects.toMatchObject({ code, message });
  });

  it("reads and watches once for a hundred first callers, and not at all for later ones", async () => {
    await using fake = await setUpFake();
    fake.server.put(namespace("a"));
    const documents = await Promise.all(Array.from({ length: 100 }, () => fake.reflectors.list(namespaces)));
    expect(new Set(documents.map(({ document }) => document)).size).toBe(1);
    await fake.reflectors.list({
      ...namespaces,
      labelSelector: "",
      fieldSelector: null,
      fieldMasks: [],
      namespace: null,
    });
    expect(counts(fake, path)).toEqual({ lists: 1, watches: 1 });
    expect(fake.reflectors.stats.stores).toBe(1);
  });

  it("watches once for masks that keep the same", async () => {
    await using fake = await setUpFake();
    await fake.reflectors.list({ ...configMaps, fieldMasks: ["data.a", "data.b"] });
    await fake.reflectors.list({ ...configMaps, fieldMasks: ["data.b", "data.a", "data"] });
    await fake.reflectors.list({ ...configMaps, fieldMasks: ["data.b"] });
    expect(counts(fake, allConfigMaps)).toEqual({ lists: 2, watches: 2 });
  });

  it("answers for a namespace from a list of all, where there is one", async () => {
    await using fake = await setUpFake();
    fake.server.put(configMap("web", "a"));
    fake.server.put(configMap("web-2", "b"));
    await fake.reflectors.list(configMaps);
    expect(await namesOf(fake, { ...configMaps, namespace: "web" })).toEqual(["a"]);
    expect(await namesOf(fake, { ...configMaps, namespace: "none" })).toEqual([]);
    expect(fake.reflectors.stats.stores).toBe(1);
    await fake.reflectors.list({ ...configMaps, namespace: "web", fieldMasks: ["x"] });
    expect(fake.reflectors.stats.stores).toBe(2);
  });

  it("does not let a forbidden list of all stand in the way of a namespace", async () => {
    await using fake = await setUpFake();
    fake.server.put(configMap("web", "a"));
    fake.server.answerAlways({ path: allConfigMaps }, statusAnswer(403, "Forbidden", "not all"));
    await expect(fake.reflectors.list(configMaps)).rejects.toMatchObject({ code: "KUBE_FORBIDDEN" });
    expect(await namesOf(fake, { ...configMaps, namespace: "web" })).toEqual(["a"]);
  });

  it("policy-runtime 46: gives an inventory that follows the cluster", async () => {
    await using fake = await setUpFake();
    fake.server.put(configMap("web", "b"));
    fake.server.put(configMap("web", "a"));
    const first = await fake.reflectors.inventory(configMaps);
    expect(first.resource).toMatchObject({ plural: "configmaps", namespaced: true });
    expect([...first.objects].map((each) => [each.namespace, each.name])).toEqual([
      ["web", "a"],
      ["web", "b"],
    ]);
    expect((await fake.reflectors.inventory(configMaps)).version).toBe(first.version);
    fake.server.put(configMap("other", "c"));
    await eventually(async () => (await fake.reflectors.inventory(configMaps)).version > first.version);
    const second = await fake.reflectors.inventory(configMaps);
    expect([...second.objects].map(({ name }) => name)).toEqual(["c", "a", "b"]);
  });

  it("tells whether a list changed since; one that is not watched did", async () => {
    await using fake = await setUpFake();
    const { reflectors, clock, server } = fake;
    expect(reflectors.changedSince(namespaces, clock.now())).toBe(true);
    await reflectors.list(namespaces);
    await clock.advance(1000);
    expect(reflectors.changedSince(namespaces, clock.now())).toBe(false);
    expect(reflectors.changedSince({ ...namespaces, labelSelector: "a=b" }, clock.now())).toBe(true);
    server.put(namespace("a"));
    await eventually(async () => (await namesOf(fake)).length === 1);
    expect(reflectors.changedSince(namespaces, clock.now())).toBe(true);
  });

  it("finds a kind that was installed anew under another plural", async () => {
    await using fake = await setUpFake();
    const { server, clock, reflectors } = fake;
    const widgets = { apiVersion: "example.test/v1", kind: "Widget" };
    const resource = {
      ...widgets,
      group: "example.test",
      version: "v1",
      plural: "widgets",
      namespaced: false,
    };
    server.define(resource);
    server.put({ ...widgets, metadata: { name: "old" } });
    expect(await namesOf(fake, widgets)).toEqual(["old"]);
    server.define({ ...resource, plural: "widgetz" });
    server.put({ ...widgets, metadata: { name: "new" } });
    for (const watch of server.watches) watch.end();
    await clock.advance(2000);
    await eventually(async () => (await namesOf(fake, widgets).catch(() => []))[0] === "new");
    server.undefine(widgets);
    for (const watch of server.watches) watch.drop();
    await clock.advance(2000);
    await eventually(async () => {
      await clock.advance(1000);
      return reflectors.list(widgets).then(
        () => false,
        ({ code }) => code === "KUBE_GROUP_UNKNOWN",
      );
    });
  });
});

describe("who cannot read", () => {
  const forbidden = statusAnswer(
    403,
    "Forbidden",
    'namespaces is forbidden: User "x" cannot list resource "namespaces"',
  );

  it("policy-runtime 43: everybody who waits for a forbidden list gets an error at once", async () => {
    await using fake = await setUpFake();
    fake.server.answer({ path }, forbidden);
    const waiting = Array.from({ length: 20 }, () =>
      fake.reflectors.list(namespaces).catch((error) => error),
    );
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({
        code: "KUBE_FORBIDDEN",
        message: expect.stringContaining("cannot list resource"),
      });
    }
    expect(counts(fake, path)).toEqual({ lists: 1, watches: 0 });
    expect(fake.lines).toMatchObject([{ level: "error", message: "cannot watch resource" }]);
  });

  it.each([
    ["a list that is forbidden", { path, watch: false }, forbidden, "KUBE_FORBIDDEN", 1],
    ["a watch that is forbidden", { path, watch: true }, forbidden, "KUBE_FORBIDDEN", 1],
    [
      "unknown credentials",
      { path },
      statusAnswer(401, "Unauthorized", "Unauthorized"),
      "KUBE_UNAUTHORIZED",
      2,
    ],
    [
      "a selector that is none",
      { path },
      statusAnswer(400, "BadRequest", "unable to parse"),
      "KUBE_REFUSED",
      1,
    ],
    [
      "a kind that cannot be listed",
      { path },
      statusAnswer(405, "MethodNotAllowed", "no"),
      "KUBE_REFUSED",
      1,
    ],
  ])(
    "policy-runtime 43: %s is remembered for five seconds, then tried again",
    async (_row, match, answer, code, tries) => {
      await using fake = await setUpFake();
      const stop = fake.server.answerAlways(match, answer);
      const list = () => fake.reflectors.list(namespaces);
      await expect(list()).rejects.toMatchObject({ code });
      await expect(list()).rejects.toMatchObject({ code });
      expect(fake.server.count(match)).toBe(tries);
      await fake.clock.advance(5000);
      await expect(list()).rejects.toMatchObject({ code });
      expect(fake.server.count(match)).toBe(2 * tries);
      stop();
      await fake.clock.advance(5000);
      expect((await list()).count).toBe(0);
    },
  );

  it("policy-runtime 43: a list that hangs is waited for ten seconds", async () => {
    await using fake = await setUpFake();
    fake.server.answer({ path }, "hang");
    const error = fake.reflectors.list(namespaces).catch((thrown) => thrown);
    await fake.server.until(() => fake.server.count({ path }) === 1);
    await fake.clock.advance(10_000);
    expect(await error).toMatchObject({
      code: "KUBE_TIMED_OUT",
      message: "v1/Namespace: the first list is not complete after 10000 ms",
    });
  });

  it("policy-runtime 43: one who stops waiting stops nobody else", async () => {
    await using fake = await setUpFake();
    fake.server.answer({ path }, statusAnswer(500, "InternalError", "away"));
    const stop = new AbortController();
    const stopped = fake.reflectors.list(namespaces, { signal: stop.signal }).catch((error) => error);
    const other = fake.reflectors.list(namespaces);
    await eventually(() => fake.lines.length === 1);
    stop.abort();
    expect(await stopped).toMatchObject({ code: "KUBE_ABORTED" });
    await fake.clock.advance(800);
    expect((await other).count).toBe(0);
  });

  it("policy-runtime 43: what goes wrong for a while is tried again within the time", async () => {
    await using fake = await setUpFake();
    fake.server.put(namespace("a"));
    fake.server.answer({ path }, statusAnswer(500, "InternalError", "etcd is away"));
    const names = namesOf(fake);
    await eventually(() => fake.lines.length === 1);
    expect(fake.lines[0]).toMatchObject({
      level: "warn",
      fields: { error: "etcd is away", retry_in_ms: 800 },
    });
    await fake.clock.advance(800);
    expect(await names).toEqual(["a"]);
  });

  it("says why when the time is over", async () => {
    await using fake = await setUpFake({ reflectors: { waitMs: 1000 } });
    fake.server.answerAlways({ path }, statusAnswer(500, "InternalError", "etcd is away"));
    const error = fake.reflectors.list(namespaces).catch((thrown) => thrown);
    await eventually(() => fake.lines.length === 1);
    await fake.clock.advance(1000);
    expect(await error).toMatchObject({
      code: "KUBE_TIMED_OUT",
      message: expect.stringContaining("etcd is away"),
    });
  });
});
