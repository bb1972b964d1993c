import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { createBatchRoute } from "./batch-route.ts";

const { signal } = new AbortController();
const announcing = { "kubewarden-ts-batch": "1" };
const neverAsked = async (): Promise<string> => {
  throw new Error("nobody has to find out any more");
};

function setUp() {
  const clock = createFakeClock();
  return { clock, route: createBatchRoute({ batch: true, clock }) };
}

describe("architecture 5: whether a server has the batch", () => {
  it.each([
    ["announces it", announcing, true],
    ["does not", {}, false],
  ])(
    "an answer that %s tells all who wait, before the first question is over",
    async (_row, headers, isOpen) => {
      const { route } = setUp();
      const asked = Promise.withResolvers<void>();
      const first = Promise.withResolvers<string>();
      const ask = (): Promise<string> => {
        asked.resolve();
        return first.promise;
      };
      const finder = route.findOut(ask, signal);
      const waiter = route.findOut(neverAsked, signal);
      await asked.promise;
      route.heard(headers);
      expect(await waiter).toBeUndefined();
      expect(route.isOpen()).toBe(isOpen);
      first.resolve("answer");
      expect(await finder).toBe("answer");
      expect(await route.findOut(neverAsked, signal)).toBeUndefined();
    },
  );

  it("nobody else finds out when the first question fails", async () => {
    const { route } = setUp();
    const finder = route.findOut(() => Promise.reject(new Error("broken")), signal);
    const waiter = route.findOut(neverAsked, signal);
    await expect(finder).rejects.toThrow("broken");
    expect(await waiter).toBeUndefined();
    expect(route.isOpen()).toBe(false);
    route.heard(announcing);
    expect(route.isOpen()).toBe(true);
  });

  it("is not believed for a minute after it was missed", async () => {
    const { clock, route } = setUp();
    route.heard(announcing);
    route.missed();
    route.heard(announcing);
    expect(route.isOpen()).toBe(false);
    await clock.advance(60_000);
    expect(route.isOpen()).toBe(true);
  });

  it("does not matter to who does not want it", async () => {
    const route = createBatchRoute({ batch: false, clock: createFakeClock() });
    expect(await route.findOut(neverAsked, signal)).toBeUndefined();
    route.heard(announcing);
    expect(route.isOpen()).toBe(false);
  });
});
