import { isStampValid, type SharedStamp } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { setUpFake } from "../testing/set-up.ts";

type Fake = Awaited<ReturnType<typeof setUpFake>>;

const namespaces = { apiVersion: "v1", kind: "Namespace" };
const configMaps = { apiVersion: "v1", kind: "ConfigMap" };
const namespace = (name: string) => ({ ...namespaces, metadata: { name } });

async function stampOf(fake: Fake, reference = namespaces): Promise<SharedStamp> {
  const { stamp } = await fake.reflectors.list(reference);
  if (stamp === undefined) throw new Error("the list has no stamp");
  return stamp;
}

describe("the stamp of a list is taken back", () => {
  it.each<[string, (fake: Fake) => unknown]>([
    ["an object is added", ({ server }) => server.put(namespace("b"))],
    ["an object is deleted", ({ server }) => server.remove(namespace("a"))],
    ["the watch ends", ({ server }) => server.watches[0]?.end()],
    ["the watch is lost", ({ server }) => server.watches[0]?.drop()],
    ["what comes cannot be read", ({ server }) => server.watches[0]?.send("garbage\n")],
    ["all watching ends", ({ reflectors }) => reflectors[Symbol.asyncDispose]()],
  ])("when %s", async (_what, happens) => {
    await using fake = await setUpFake();
    fake.server.put(namespace("a"));
    const stamp = await stampOf(fake);
    expect(isStampValid(stamp)).toBe(true);
    await happens(fake);
    await eventually(() => !isStampValid(stamp));
  });

  it("when the list makes room for others", async () => {
    await using fake = await setUpFake({ reflectors: { maxStores: 1 } });
    const stamp = await stampOf(fake);
    await stampOf(fake, configMaps);
    expect(isStampValid(stamp)).toBe(false);
  });

  it("not when another list changes", async () => {
    await using fake = await setUpFake();
    const [stamp, changed] = [await stampOf(fake), await stampOf(fake, configMaps)];
    fake.server.put({ ...configMaps, metadata: { namespace: "default", name: "c" } });
    await eventually(() => !isStampValid(changed));
    expect(isStampValid(stamp)).toBe(true);
  });
});

describe("a list", () => {
  it("goes on being watched while its stamp is looked at", async () => {
    await using fake = await setUpFake();
    const stamp = await stampOf(fake);
    for (let minute = 0; minute < 20; minute++) {
      isStampValid(stamp);
      await fake.clock.advance(60_000);
    }
    expect(fake.reflectors.stats.stores).toBe(1);
  });

  it("has no stamp while its watch is not open", async () => {
    await using fake = await setUpFake();
    await stampOf(fake);
    await fake.clock.advance(10_000);
    fake.server.answerAlways({ path: "/api/v1/namespaces", watch: true }, "hang");
    fake.server.watches[0]?.drop();
    await fake.server.until(() => fake.server.watches.length === 0);
    await eventually(async () => (await fake.reflectors.list(namespaces)).stamp === undefined);
  });
});
