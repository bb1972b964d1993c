import { describe, expect, it } from "vitest";
import { wapcGuests } from "../guests/text/wapc.ts";
import { accepted, addInnocent, addPolicy, hostilePool, run } from "./hostile-pool.ts";

const lookUpHost = wapcGuests["look-up-host"];
const withMemory = (pages: number): string =>
  lookUpHost.replace('(memory (export "memory") 2)', `(memory (export "memory") ${pages})`);
const mebibyte = 2 ** 20;

describe("a policy whose guests hold much memory while they wait for their host", () => {
  it("does not keep others from being served, those that wait as well", async () => {
    const gate = Promise.withResolvers<unknown>();
    let served = 0;
    let isGreedyTurn = true;
    await using pool = await hostilePool({
      limits: { maxWaitingBytes: 8 * mebibyte },
      serve: () => {
        served++;
        return isGreedyTurn ? new Promise(() => {}) : gate.promise;
      },
    });
    const [greedy, modest, innocent] = [
      await addPolicy(pool, withMemory(32)),
      await addPolicy(pool, lookUpHost),
      await addInnocent(pool),
    ];
    const soon = (key: number): Promise<string> => run(pool, key, { limitMs: 2000 });
    // More than a worker is sent at a time: what it cannot begin must not take the places of others.
    const stuck = Array.from({ length: 100 }, () => run(pool, greedy, { limitMs: 3000 }));
    for (let turn = 0; turn < 20; turn++) expect(await soon(innocent)).toBe(accepted);
    isGreedyTurn = false;
    const first = soon(modest);
    const second = soon(modest);
    expect(await soon(innocent)).toBe(accepted);
    gate.resolve({ ips: [] });
    expect(await first).toBe('answer {"ips":[]}');
    expect(await second).toBe('answer {"ips":[]}');
    // 2 MiB each: a few fit, the others were never begun.
    expect(served).toBeLessThan(10);
    expect(new Set(await Promise.all(stuck))).toEqual(new Set(["timed-out", "shed"]));
    expect(await run(pool, innocent)).toBe(accepted);
  });
});

describe("a policy that fills the queue", () => {
  it("waits for itself: the one request of another is answered among its first", async () => {
    await using pool = await hostilePool({ quarantineAfterMs: 60_000 });
    const [flood, innocent] = [await addPolicy(pool, busy), await addInnocent(pool)];
    let done = 0;
    const all = Array.from({ length: 300 }, () => run(pool, flood).then(() => done++));
    const answer = await run(pool, innocent);
    expect([answer, done < 150]).toEqual([accepted, true]);
    await Promise.all(all);
  });
});

/** Takes a few milliseconds. */
const busy = wapcGuests["loop-on-demand"]
  .replace("(i32.const 98)", "(i32.const 123)")
  .replace("(i64.const 900000000)", "(i64.const 1000000)");
