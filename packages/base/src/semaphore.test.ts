import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyedSemaphore, createSemaphore } from "./semaphore.ts";

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise.catch(() => {}), Promise.resolve(pending)])) !== pending;
}

describe("createSemaphore", () => {
  it("lets as many in as it has permits, the others in the order they came", async () => {
    const semaphore = createSemaphore(2);
    const [first, second] = [await semaphore.acquire(), await semaphore.acquire()];
    const third = semaphore.acquire();
    const fourth = semaphore.acquire();
    expect(await isSettled(third)).toBe(false);
    second[Symbol.dispose]();
    const permit = await third;
    expect(await isSettled(fourth)).toBe(false);
    permit[Symbol.dispose]();
    (await fourth)[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(semaphore.idle).toBe(true);
  });

  it("takes a permit back once", async () => {
    const semaphore = createSemaphore(1);
    const permit = await semaphore.acquire();
    permit[Symbol.dispose]();
    permit[Symbol.dispose]();
    using _held = await semaphore.acquire();
    expect(await isSettled(semaphore.acquire())).toBe(false);
  });

  it("lets a caller leave the queue, and nobody else", async () => {
    const semaphore = createSemaphore(1);
    const held = await semaphore.acquire();
    const controller = new AbortController();
    const leaving = semaphore.acquire({ signal: controller.signal });
    const staying = semaphore.acquire({ signal: new AbortController().signal });
    const reason = new Error("gone");
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    await expect(semaphore.acquire({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    held[Symbol.dispose]();
    (await staying)[Symbol.dispose]();
    expect(semaphore.idle).toBe(true);
  });

  it("never lets more in than it has permits, and ends idle", async () => {
    const step = fc.record({ leaves: fc.boolean(), turns: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 20 }),
        async (limit, steps) => {
          const semaphore = createSemaphore(limit);
          let inside = 0;
          const visit = async ({ leaves, turns }: { leaves: boolean; turns: number }): Promise<void> => {
            const controller = new AbortController();
            const permit = semaphore.acquire({ signal: controller.signal });
            if (leaves) controller.abort();
            using _permit = await permit;
            expect(++inside).toBeLessThanOrEqual(limit);
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            inside--;
          };
          await Promise.allSettled(steps.map(visit));
          expect([inside, semaphore.idle]).toEqual([0, true]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("createKeyedSemaphore", () => {
  it("keeps keys apart, and no room for those that nobody uses", async () => {
    const semaphore = createKeyedSemaphore(1);
    const held = await semaphore.acquire("hangs.test");
    const controller = new AbortController();
    const waiting = semaphore.acquire("hangs.test", { signal: controller.signal });
    const other = await semaphore.acquire("works.test");
    expect(await isSettled(waiting)).toBe(false);
    controller.abort();
    await expect(waiting).rejects.toThrow();
    expect(semaphore.size).toBe(2);
    other[Symbol.dispose]();
    held[Symbol.dispose]();
    expect(semaphore.size).toBe(0);
  });

  it("keeps no room for a caller that was too late", async () => {
    const semaphore = createKeyedSemaphore(1);
    await expect(semaphore.acquire("a", { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(semaphore.size).toBe(0);
  });
});
