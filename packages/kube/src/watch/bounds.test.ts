import { describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { setUpFake } from "../testing/set-up.ts";

const namespaces = { apiVersion: "v1", kind: "Namespace" };
const configMaps = { apiVersion: "v1", kind: "ConfigMap" };
const inNamespace = (namespace: string) => ({ ...configMaps, namespace });
const pathIn = (namespace: string) => ({ path: `/api/v1/namespaces/${namespace}/configmaps`, watch: false });
const big = (name: string, bytes: number) => ({
  ...configMaps,
  metadata: { namespace: "web", name },
  data: { text: "x".repeat(bytes) },
});

describe("reflectors are bounded", () => {
  it("stop when nobody asked for fifteen minutes", async () => {
    await using fake = await setUpFake();
    const { reflectors, clock, server } = fake;
    await reflectors.list(namespaces);
    await reflectors.list(configMaps);
    for (let minute = 0; minute < 20; minute++) {
      await clock.advance(60_000);
      await reflectors.list(namespaces);
    }
    expect(reflectors.stats.stores).toBe(1);
    await server.until(() => server.watches.length === 1);
    const before = server.count({ path: "/api/v1/configmaps" });
    await reflectors.list(configMaps);
    expect(server.count({ path: "/api/v1/configmaps" })).toBe(before + 2);
  });

  it("stop the one that was used longest ago when there are too many", async () => {
    await using fake = await setUpFake({ reflectors: { maxStores: 2 } });
    const { reflectors, clock, server } = fake;
    for (const name of ["a", "b", "a", "c"]) {
      await reflectors.list(inNamespace(name));
      await clock.advance(1);
    }
    expect(reflectors.stats.stores).toBe(2);
    await reflectors.list(inNamespace("a"));
    await reflectors.list(inNamespace("b"));
    expect(["a", "b", "c"].map((name) => server.count(pathIn(name)))).toEqual([1, 2, 1]);
  });

  it("do not stop one that somebody waits for", async () => {
    await using fake = await setUpFake({ reflectors: { maxStores: 1 } });
    const { reflectors, server } = fake;
    const stop = server.answerAlways(pathIn("a"), "hang");
    const waiting = reflectors.list(inNamespace("a")).catch(({ code }) => code);
    await server.until(() => server.count(pathIn("a")) === 1);
    await expect(reflectors.list(inNamespace("b"))).rejects.toMatchObject({ code: "KUBE_LIMIT" });
    stop();
    await fake.clock.advance(10_000);
    expect(await waiting).toBe("KUBE_TIMED_OUT");
    expect((await reflectors.list(inNamespace("b"))).count).toBe(0);
  });

  it("refuse a list that needs more bytes than allowed, for a minute", async () => {
    await using fake = await setUpFake({ reflectors: { maxBytes: 10_000 } });
    const { reflectors, clock, server } = fake;
    server.put(big("a", 20_000));
    const list = () => reflectors.list(configMaps);
    await expect(list()).rejects.toMatchObject({
      code: "KUBE_LIMIT",
      message:
        "watched objects need more than 10000 bytes: ask with field masks or selectors, or raise the limit",
    });
    await clock.advance(59_000);
    await expect(list()).rejects.toMatchObject({ code: "KUBE_LIMIT" });
    expect(server.count({ path: "/api/v1/configmaps", watch: false })).toBe(1);
    expect((await reflectors.list({ ...configMaps, fieldMasks: ["data.other"] })).count).toBe(1);
    server.remove(big("a", 0));
    await clock.advance(1000);
    expect((await list()).count).toBe(0);
  });

  it("give up a list that grows beyond it", async () => {
    await using fake = await setUpFake({ reflectors: { maxBytes: 10_000 } });
    await fake.reflectors.list(configMaps);
    fake.server.put(big("a", 20_000));
    await eventually(() =>
      fake.reflectors.list(configMaps).then(
        () => false,
        ({ code }) => code === "KUBE_LIMIT",
      ),
    );
    expect(fake.reflectors.stats.bytes).toBeLessThan(1000);
  });

  it("make room by stopping what nobody used for a minute", async () => {
    await using fake = await setUpFake({ reflectors: { maxBytes: 12_000 } });
    const { reflectors, clock, server } = fake;
    server.put(big("a", 8000));
    await reflectors.list(configMaps);
    const masked = { ...configMaps, fieldMasks: ["data"] };
    await expect(reflectors.list(masked)).rejects.toMatchObject({ code: "KUBE_LIMIT" });
    await clock.advance(60_000);
    expect((await reflectors.list(masked)).count).toBe(1);
    expect(reflectors.stats.stores).toBe(1);
  });

  it("end with all their watches, and tell who waits", async () => {
    const fake = await setUpFake();
    const { reflectors, server } = fake;
    await reflectors.list(namespaces);
    server.answer(pathIn("a"), "hang");
    const waiting = reflectors.list(inNamespace("a")).catch(({ code }) => code);
    await server.until(() => server.count(pathIn("a")) === 1);
    await reflectors[Symbol.asyncDispose]();
    expect(await waiting).toBe("KUBE_CLOSED");
    await server.until(() => server.watches.length === 0);
    await expect(reflectors.list(namespaces)).rejects.toMatchObject({ code: "KUBE_CLOSED" });
    expect(fake.clock.sleeps).toEqual([]);
    await fake[Symbol.asyncDispose]();
  });
});
