import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLookUpCache, type LookUpCacheOptions } from "./look-up-cache.ts";

/** A cache whose clock stands until it is moved, with 60 s for values and 10 s for failures. */
function cacheWithClock(options: Partial<LookUpCacheOptions<string>> = {}) {
  const clock = { ms: 0 };
  const cache = createLookUpCache<string>({
    now: () => clock.ms,
    maxEntries: 10,
    successMs: 60_000,
    failureMs: 10_000,
    ...options,
  });
  return { cache, clock };
}

/** Loads under control of the test: each call waits until it is told how to end. */
function controlledLoads() {
  const calls: { signal: AbortSignal; end: PromiseWithResolvers<string> }[] = [];
  const load = (signal: AbortSignal): Promise<string> => {
    const end = Promise.withResolvers<string>();
    calls.push({ signal, end });
    return end.promise;
  };
  return { calls, load };
}

/** Lets everything run that can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what is kept", () => {
  it("policy-runtime 39: a value for its time, then it is loaded again", async () => {
    const { cache, clock } = cacheWithClock();
    let loads = 0;
    const load = async (): Promise<string> => `value ${++loads}`;
    expect(await cache.get("a", load)).toBe("value 1");
    clock.ms = 59_999;
    expect(await cache.get("a", load)).toBe("value 1");
    clock.ms = 60_000;
    expect(await cache.get("a", load)).toBe("value 2");
  });

  it("policy-runtime 39: a failure for its time, as the same error and never as success", async () => {
    const { cache, clock } = cacheWithClock();
    const error = new Error("registry is down");
    let loads = 0;
    const load = async (): Promise<string> => {
      if (++loads === 1) throw error;
      return "back";
    };
    await expect(cache.get("a", load)).rejects.toBe(error);
    clock.ms = 9_999;
    await expect(cache.get("a", load)).rejects.toBe(error);
    expect(loads).toBe(1);
    clock.ms = 10_000;
    expect(await cache.get("a", load)).toBe("back");
  });

  it("a value for as long as it says itself", async () => {
    const { cache, clock } = cacheWithClock({ successMs: (value) => (value === "short" ? 5 : 0) });
    await cache.get("a", async () => "short");
    await cache.get("b", async () => "not at all");
    clock.ms = 4;
    expect(await cache.get("a", async () => "new")).toBe("short");
    expect(await cache.get("b", async () => "new")).toBe("new");
  });

  it("nothing, when it is told to forget or to pass by", async () => {
    const { cache } = cacheWithClock();
    await cache.get("a", async () => "old");
    expect(await cache.get("a", async () => "other", { bypass: true })).toBe("other");
    expect(await cache.get("a", async () => "unused")).toBe("old");
    cache.forget("a");
    expect(await cache.get("a", async () => "new")).toBe("new");
    await expect(cache.get("b", () => Promise.reject(new Error("no")), { bypass: true })).rejects.toThrow(
      "no",
    );
    expect(cache.size).toBe(1);
  });

  it("the error of a load that throws at once", async () => {
    const { cache } = cacheWithClock();
    const error = new Error("at once");
    const load = (): Promise<string> => {
      throw error;
    };
    await expect(cache.get("a", load)).rejects.toBe(error);
    await expect(cache.get("a", async () => "unused")).rejects.toBe(error);
  });
});

describe("equal look-ups at the same time", () => {
  it("policy-runtime 39: make one load, whether it succeeds or fails", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const good = Array.from({ length: 100 }, () => cache.get("good", load));
    const bad = Array.from({ length: 100 }, () => cache.get("bad", load));
    await settle();
    expect(calls).toHaveLength(2);
    const error = new Error("no");
    calls[0]?.end.resolve("yes");
    calls[1]?.end.reject(error);
    expect(new Set(await Promise.all(good))).toEqual(new Set(["yes"]));
    const outcomes = await Promise.allSettled(bad);
    expect(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason === error)).toBe(true);
  });

  it("wait only for their own key", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const hanging = cache.get("hangs", load);
    expect(await cache.get("works", async () => "at once")).toBe("at once");
    await settle();
    calls[0]?.end.resolve("late");
    expect(await hanging).toBe("late");
  });

  it("go on when one caller leaves", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const controller = new AbortController();
    const leaving = cache.get("a", load, { signal: controller.signal });
    const staying = cache.get("a", load, { signal: new AbortController().signal });
    const reason = new Error("left");
    await settle();
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.end.resolve("value");
    expect(await staying).toBe("value");
    expect(await cache.get("a", load)).toBe("value");
    expect(calls).toHaveLength(1);
  });

  it("stop when the last caller leaves, and that end is not kept", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const controllers = [new AbortController(), new AbortController()];
    const leaving = controllers.map(({ signal }) => cache.get("a", load, { signal }));
    await settle();
    for (const controller of controllers) controller.abort();
    await Promise.allSettled(leaving);
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[0]?.end.reject(new Error("stopped"));
    await settle();
    expect(cache.size).toBe(0);
    expect(await cache.get("a", async () => "value")).toBe("value");
  });

  it("do not take the end of a load that was left for that of the next one", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const controller = new AbortController();
    const leaving = cache.get("a", load, { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(leaving).rejects.toThrow();
    const next = cache.get("a", load);
    await settle();
    calls[1]?.end.resolve("of the second");
    expect(await next).toBe("of the second");
    calls[0]?.end.resolve("of the first");
    await settle();
    expect(await cache.get("a", load)).toBe("of the second");
  });

  it("join the load that is under way, also when one that was left ends meanwhile", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const controller = new AbortController();
    const leaving = cache.get("a", load, { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(leaving).rejects.toThrow();
    const next = cache.get("a", load);
    await settle();
    calls[0]?.end.resolve("of the first");
    await settle();
    const joining = cache.get("a", load);
    await settle();
    expect(calls).toHaveLength(2);
    calls[1]?.end.resolve("of the second");
    expect(await Promise.all([next, joining])).toEqual(["of the second", "of the second"]);
  });

  it("are not begun for a caller that has left, nor answered from what is kept", async () => {
    const { cache } = cacheWithClock();
    await cache.get("a", async () => "value");
    const { calls, load } = controlledLoads();
    const signal = AbortSignal.abort(new Error("left"));
    for (const key of ["a", "b"]) await expect(cache.get(key, load, { signal })).rejects.toThrow("left");
    expect(calls).toHaveLength(0);
  });

  it("hand the caller's signal to a load that passes by", async () => {
    const { cache } = cacheWithClock();
    const { calls, load } = controlledLoads();
    const { signal } = new AbortController();
    const passing = [cache.get("a", load, { signal, bypass: true }), cache.get("a", load, { bypass: true })];
    expect(calls[0]?.signal).toBe(signal);
    for (const { end } of calls) end.resolve("value");
    expect(await Promise.all(passing)).toEqual(["value", "value"]);
  });
});

describe("the number of entries", () => {
  it("is bounded: the least recently used goes first", async () => {
    const { cache } = cacheWithClock({ maxEntries: 2 });
    const kept = async (key: string): Promise<boolean> => {
      let loaded = false;
      await cache.get(key, async () => {
        loaded = true;
        return key;
      });
      return !loaded;
    };
    await kept("a");
    await kept("b");
    expect(await kept("a")).toBe(true);
    await kept("c");
    expect(cache.size).toBe(2);
    expect(await kept("a")).toBe(true);
    expect(await kept("c")).toBe(true);
    expect(await kept("b")).toBe(false);
  });

  it("is bounded: what is out of date goes before what was not used for longer", async () => {
    const { cache, clock } = cacheWithClock({ maxEntries: 3, successMs: (value) => Number(value) });
    await cache.get("long", async () => "1000");
    await cache.get("short", async () => "20");
    await cache.get("shorter", async () => "10");
    clock.ms = 30;
    await cache.get("new", async () => "1000");
    await cache.get("newer", async () => "1000");
    expect(cache.size).toBe(3);
    expect(await cache.get("long", async () => "loaded again")).toBe("1000");
  });

  it("never exceeds its bound, and an answer is never older than its time", async () => {
    const step = fc.record({ key: fc.nat(6).map(String), waitMs: fc.nat(40), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { cache, clock } = cacheWithClock({ maxEntries: 3, successMs: 60, failureMs: 10 });
        for (const { key, waitMs, fails } of steps) {
          clock.ms += waitMs;
          const load = async (): Promise<string> => {
            if (fails) throw new Error(`${key} ${clock.ms} failed`);
            return `${key} ${clock.ms}`;
          };
          const answer = await cache.get(key, load).catch((error: Error) => error.message);
          const [of, atMs, failed] = answer.split(" ");
          expect(of).toBe(key);
          expect(clock.ms - Number(atMs)).toBeLessThan(failed === undefined ? 60 : 10);
          expect(cache.size).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 100 },
    );
  });
});
