import { describe, expect, it } from "vitest";
import { createAdaptiveLimit } from "./adaptive-limit.ts";

const { signal } = new AbortController();

describe("createAdaptiveLimit", () => {
  it("doubles until the server does not keep up, then goes on in small steps from half", async () => {
    const limit = createAdaptiveLimit({ max: 100, initial: 4 });
    const round = async () => {
      const slots = await Promise.all(Array.from({ length: limit.current }, () => limit.acquire(1, signal)));
      for (const slot of slots) {
        slot.answered();
        slot[Symbol.dispose]();
      }
      return limit.current;
    };
    expect([await round(), await round(), await round()]).toEqual([8, 16, 32]);
    using slot = await limit.acquire(1, signal);
    slot.overloaded();
    expect(limit.current).toBe(16);
    slot[Symbol.dispose]();
    await round();
    await round();
    expect(limit.current).toBeGreaterThan(16);
    expect(limit.current).toBeLessThan(20);
  });

  it("halves once for all that began before, and never below one", async () => {
    const limit = createAdaptiveLimit({ max: 8, initial: 8 });
    const slots = await Promise.all(Array.from({ length: 8 }, () => limit.acquire(1, signal)));
    for (const slot of slots) slot.overloaded();
    expect(limit.current).toBe(4);
    for (const slot of slots) slot[Symbol.dispose]();
    for (let count = 0; count < 9; count++) {
      using slot = await limit.acquire(1, signal);
      slot.overloaded();
    }
    expect(limit.current).toBe(1);
  });

  it("halves for slow answers too, not below where it began", async () => {
    const limit = createAdaptiveLimit({ max: 100, initial: 16 });
    const sizes: number[] = [];
    const first = await limit.acquire(24, signal);
    first.answered();
    first[Symbol.dispose]();
    for (const end of ["slow", "slow", "overloaded", "slow"] as const) {
      using slot = await limit.acquire(1, signal);
      slot[end]();
      sizes.push(limit.current);
    }
    expect(sizes).toEqual([20, 16, 8, 8]);
  });

  it("never grows above its most", async () => {
    const limit = createAdaptiveLimit({ max: 10, initial: 8 });
    for (let count = 0; count < 9; count++) {
      using slot = await limit.acquire(3, signal);
      slot.answered();
    }
    expect(limit.current).toBe(10);
  });

  it("counts evaluations; what is more than all goes alone, in its turn", async () => {
    const limit = createAdaptiveLimit({ max: 4, initial: 4 });
    const first = await limit.acquire(3, signal);
    const order: string[] = [];
    const enter = async (name: string, weight: number) => {
      using _slot = await limit.acquire(weight, signal);
      order.push(`${name} in`);
      await Promise.resolve();
      order.push(`${name} out`);
    };
    const all = [enter("big", 50), enter("small", 1)];
    await Promise.resolve();
    expect(order).toEqual([]);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await Promise.all(all);
    expect(order).toEqual(["big in", "big out", "small in", "small out"]);
  });

  it("who leaves the queue makes room for those behind", async () => {
    const limit = createAdaptiveLimit({ max: 4, initial: 4 });
    using _held = await limit.acquire(3, signal);
    const leaving = new AbortController();
    const big = limit.acquire(4, leaving.signal);
    const small = limit.acquire(1, signal);
    leaving.abort(new Error("stopped"));
    await expect(big).rejects.toThrow("stopped");
    using _slot = await small;
    await expect(limit.acquire(1, leaving.signal)).rejects.toThrow("stopped");
  });
});
