import { setImmediate } from "node:timers/promises";
import { type ConfigMap, configMaps } from "@kubewarden-ts/api/core";
import { createLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { setUpFake } from "../testing/set-up.ts";
import { createInformer, type InformerOptions } from "./create-informer.ts";

const path = "/api/v1/namespaces/web/configmaps";
const configMap = (name: string, value = "1", more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "web", name, ...more },
  data: { value },
});

async function setUp(options: Partial<InformerOptions<ConfigMap>> = {}, names: readonly string[] = ["a"]) {
  const fake = await setUpFake();
  for (const name of names) fake.server.put(configMap(name));
  const { clock, client } = fake;
  const log = createLogger({ level: "warn", target: "test", write: (line) => fake.lines.push(line) });
  const informer = createInformer(client, configMaps, {
    ...{ namespace: "web", log, clock, random: () => 1 },
    ...options,
  });
  const heard: string[] = [];
  informer.onChange(({ before, after }) => {
    const text = (object: ConfigMap | undefined) => object?.data?.["value"] ?? "-";
    heard.push(`${(after ?? before)?.metadata.name}: ${text(before)} > ${text(after)}`);
  });
  return {
    ...fake,
    informer,
    heard,
    synced: () => informer.whenSynced({ signal: undefined }),
    watched: () => fake.server.until(() => fake.server.watches.length === 1),
    async [Symbol.asyncDispose]() {
      await informer[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

describe("createInformer", () => {
  it("knows what there is, then what changes", async () => {
    await using fake = await setUp();
    expect(fake.informer.synced).toBe(false);
    await fake.synced();
    expect(fake.informer.get({ namespace: "web", name: "a" })?.data).toEqual({ value: "1" });
    await fake.watched();
    fake.server.put(configMap("a", "2"));
    fake.server.put(configMap("b"));
    fake.server.remove(configMap("a"));
    await eventually(() => fake.heard.length === 4);
    expect(fake.heard).toEqual(["a: - > 1", "a: 1 > 2", "b: - > 1", "a: 2 > -"]);
    expect(fake.informer.list().map(({ metadata }) => metadata.name)).toEqual(["b"]);
  });

  it("is not stopped by an object that is nested far deeper than others, listed or watched", async () => {
    const deep = (levels: number): object => {
      let value: object = {};
      for (let level = 0; level < levels; level++) value = { a: value };
      return value;
    };
    await using fake = await setUp({}, ["a"]);
    fake.server.put({ ...configMap("deep"), extra: deep(3000) });
    await fake.synced();
    await fake.watched();
    fake.server.put({ ...configMap("deeper"), extra: deep(3000) });
    fake.server.put(configMap("b"));
    await eventually(() => fake.informer.get({ namespace: "web", name: "b" }) !== undefined);
    expect(fake.lines.map(({ message }) => message)).toEqual([]);
  });

  it("tells who comes late what there is, and no more who went", async () => {
    await using fake = await setUp({}, ["a", "b"]);
    await fake.synced();
    const late: unknown[] = [];
    const end = fake.informer.onChange(({ before, after }) => late.push([before, after?.metadata.name]));
    expect(late).toEqual([
      [undefined, "a"],
      [undefined, "b"],
    ]);
    end();
    await fake.watched();
    fake.server.put(configMap("c"));
    await eventually(() => fake.heard.length === 3);
    expect(late).toHaveLength(2);
  });

  it("goes on where it was when the watch ends or breaks", async () => {
    await using fake = await setUp();
    await fake.synced();
    for (const end of ["end", "drop", "end"] as const) {
      await fake.watched();
      fake.server.watches[0]!.bookmark();
      await fake.clock.advance(2000); // longer than a watch that ends at once
      fake.server.watches[0]![end]();
      await fake.server.until(() => fake.server.watches.length === 0);
      fake.server.put(configMap("a", end));
      await eventually(async () => {
        await fake.clock.advance(1000);
        return fake.heard.at(-1)?.endsWith(end) ?? false;
      });
    }
    expect(fake.server.count({ path, watch: false })).toBe(1);
    const from = fake.server.requests.flatMap(({ query }) => query.getAll("resourceVersion")).map(Number);
    expect(from).toEqual([101, 101, 102, 103]);
  });

  it("controller 12.1: lists anew after 410, and tells what happened meanwhile", async () => {
    await using fake = await setUp({}, ["a", "b"]);
    await fake.synced();
    await fake.watched();
    fake.server.watches[0]!.drop();
    await fake.server.until(() => fake.server.watches.length === 0);
    fake.server.put(configMap("c"));
    fake.server.remove(configMap("a"));
    fake.server.compact();
    fake.heard.length = 0;
    await eventually(async () => {
      await fake.clock.advance(10_000);
      return fake.heard.length === 3;
    });
    expect(fake.heard).toEqual(["a: 1 > -", "b: 1 > 1", "c: - > 1"]);
  });

  it.each([
    ["is down", "drop"],
    ["fails", { status: 500 }],
    ["forbids it", { status: 403 }],
    ["is busy", { status: 429, headers: { "retry-after": "100" } }],
    ["does not have the kind", { status: 404, body: "404 page not found" }],
    ["sends rubbish", { status: 200, body: "<html>" }],
    ["sends no list", { status: 200, body: { kind: "Status" } }],
    ["stops in the middle", "cut"],
  ] as const)("does not give up when the API server %s", async (_row, answer) => {
    const fake = await setUp();
    await using _ = fake;
    const well = fake.server.answerAlways({ path }, answer);
    await eventually(() => fake.lines.length > 0);
    well();
    await eventually(async () => {
      await fake.clock.advance(30_000);
      return fake.informer.synced;
    });
    await eventually(() => fake.heard.join() === "a: - > 1");
  });

  it("keeps what it knows while the API server is away", async () => {
    await using fake = await setUp();
    await fake.synced();
    await fake.watched();
    const back = fake.server.answerAlways({ path }, { status: 503 });
    fake.server.watches[0]!.drop();
    await eventually(async () => {
      await fake.clock.advance(60_000);
      return fake.lines.length > 3;
    });
    expect(fake.informer.list()).toHaveLength(1);
    expect(fake.lines[0]).toMatchObject({
      level: "warn",
      message: "watch of resource interrupted",
      fields: { resource: "v1/ConfigMap", path, retry_in_ms: expect.any(Number) },
    });
    fake.server.put(configMap("a", "2"));
    back();
    await eventually(async () => {
      await fake.clock.advance(30_000);
      return fake.heard.at(-1) === "a: 1 > 2";
    });
  });

  it("asks later and later when watches end at once", async () => {
    await using fake = await setUp();
    await fake.synced();
    for (let ended = 0; ended < 4; ended++) {
      await fake.watched();
      fake.server.watches[0]!.end();
      await fake.server.until(() => fake.server.watches.length === 0);
      await eventually(() => fake.lines.length === ended + 1);
      await fake.clock.advance(30_000);
    }
    const pauses = fake.lines.map(({ fields }) => fields["retry_in_ms"]);
    expect(pauses).toEqual([800, 1600, 3200, 6400]);
  });

  it("takes a silent connection for dead", async () => {
    await using fake = await setUp();
    await fake.synced();
    await fake.watched();
    const [first] = fake.server.watches;
    fake.server.put(configMap("b"));
    await eventually(() => fake.heard.length === 2); // the watch stands on both sides
    await fake.clock.advance(140_000);
    await fake.server.until(() => fake.server.watches.length === 1 && fake.server.watches[0] !== first);
    expect(fake.lines).toEqual([]);
  });

  it("an object that does not fit its schema takes nothing from the others", async () => {
    await using fake = await setUp({}, ["a", "b"]);
    await fake.synced();
    await fake.watched();
    fake.server.put({ ...configMap("a"), data: { value: 7 } });
    fake.server.put(configMap("b", "2"));
    await eventually(() => fake.heard.at(-1) === "b: 1 > 2");
    expect(fake.informer.get({ namespace: "web", name: "a" })?.data).toEqual({ value: "1" });
    expect(fake.lines).toMatchObject([
      { level: "error", fields: { key: "web/a", error: expect.stringContaining("data.value") } },
    ]);
    fake.server.remove(configMap("a"));
    await eventually(() => fake.heard.at(-1) === "a: 1 > -");
  });

  it("keeps of objects what it is told, never managedFields", async () => {
    const keep = ({ apiVersion, kind, metadata }: ConfigMap): ConfigMap => ({ apiVersion, kind, metadata });
    await using fake = await setUp({ keep }, []);
    fake.server.put(configMap("a", "1", { managedFields: [{}] }));
    await fake.synced();
    await eventually(() => fake.informer.list().length === 1);
    const [object] = fake.informer.list();
    expect(Object.keys(object!)).toEqual(["apiVersion", "kind", "metadata"]);
    expect(object?.metadata).not.toHaveProperty("managedFields");
  });

  it("finds by index, and follows the index's changes", async () => {
    const indexes = { value: ({ data }: ConfigMap) => Object.values(data ?? {}) };
    await using fake = await setUp({ indexes }, ["a", "b"]);
    await fake.synced();
    const names = (key: string) => fake.informer.byIndex("value", key).map(({ metadata }) => metadata.name);
    expect(names("1")).toEqual(["a", "b"]);
    await fake.watched();
    fake.server.put(configMap("a", "2"));
    await eventually(() => names("2").length === 1);
    expect([names("1"), names("3")]).toEqual([["b"], []]);
    expect(() => fake.informer.byIndex("other", "1")).toThrow('no index "other"');
  });

  it("controller 6.3: tells everything again after 10 h", async () => {
    await using fake = await setUp();
    await fake.synced();
    await fake.watched();
    fake.heard.length = 0;
    await fake.clock.advance(10 * 3600 * 1000 - 1);
    expect(fake.heard).toEqual([]);
    await fake.clock.advance(1);
    await eventually(() => fake.heard.join() === "a: 1 > 1");
  });

  it("a handler that throws takes nothing from the others", async () => {
    await using fake = await setUp();
    await fake.synced();
    const late: string[] = [];
    fake.informer.onChange(() => {
      throw new Error("no");
    });
    fake.informer.onChange(({ after }) => late.push(after?.metadata.name ?? ""));
    await fake.watched();
    fake.server.put(configMap("b"));
    await eventually(() => late.join() === "a,b");
    expect(fake.lines).toMatchObject([{ level: "error" }, { level: "error" }]);
  });

  it("who waits for the first list is told when there will be none", async () => {
    const fake = await setUp();
    fake.server.answerAlways({ path }, "hang");
    const caller = new AbortController();
    const [stopped, closed] = [
      fake.informer.whenSynced({ signal: caller.signal }),
      fake.informer.whenSynced({ signal: undefined }),
    ];
    const outcomes = Promise.allSettled([stopped, closed]);
    caller.abort();
    await setImmediate();
    await fake[Symbol.asyncDispose]();
    expect(await outcomes).toMatchObject([
      { reason: { code: "KUBE_ABORTED" } },
      { reason: { code: "KUBE_CLOSED" } },
    ]);
  });
});
