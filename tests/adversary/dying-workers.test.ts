import { createLogger } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { wapcGuests } from "../guests/text/wapc.ts";
import { accepted, addInnocent, addPolicy, hostilePool, run } from "./hostile-pool.ts";

const deadly = { action: "end-the-worker" };
const ended = "failed the worker thread ended with code 3";

describe("a worker that dies", () => {
  it("fails the evaluation it died of; those that waited on it or behind it are answered", async () => {
    const gate = Promise.withResolvers<unknown>();
    await using pool = await hostilePool({ serve: () => gate.promise });
    const [killer, waiter, innocent] = [
      await addInnocent(pool),
      await addPolicy(pool, wapcGuests["look-up-host"]),
      await addInnocent(pool),
    ];
    const waiting = Array.from({ length: 5 }, () => run(pool, waiter));
    const deaths = Array.from({ length: 2 }, () => run(pool, killer, deadly));
    const behind = Array.from({ length: 20 }, () => run(pool, innocent));
    expect(new Set(await Promise.all(behind))).toEqual(new Set([accepted]));
    expect(new Set(await Promise.all(deaths))).toEqual(new Set([ended]));
    gate.resolve({ ips: [] });
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['answer {"ips":[]}']));
    expect(await run(pool, killer)).toBe(accepted);
  });

  it("takes at most one more with it for all evaluations of the same policy, others do not notice", async () => {
    const lines: string[] = [];
    const log = createLogger({
      level: "warn",
      target: "test",
      write: ({ message }) => void lines.push(message),
    });
    await using pool = await hostilePool({ log });
    const [killer, innocent] = [await addInnocent(pool), await addInnocent(pool)];
    const deaths = Array.from({ length: 500 }, () => run(pool, killer, { ...deadly, limitMs: 400 }));
    const others = Array.from({ length: 300 }, () => run(pool, innocent));
    expect(new Set(await Promise.all(others))).toEqual(new Set([accepted]));
    for (const answer of await Promise.all(deaths)) expect([ended, "timed-out"]).toContain(answer);
    // Without a pause between them, each of the 500 would have had a worker of its own.
    expect(lines.filter((message) => message === "worker thread ended").length).toBeLessThan(10);
    expect(lines).toContain("policy is confined: a worker died with it");
  });
});

describe("an evaluation that hogs of others push from worker to worker", () => {
  it("is answered all the same", async () => {
    const gate = Promise.withResolvers<unknown>();
    await using pool = await hostilePool({ serve: () => gate.promise, quarantineAfterMs: 60 });
    const waiting = run(pool, await addPolicy(pool, wapcGuests["look-up-host"]));
    for (let turn = 0; turn < 4; turn++) {
      const hog = await addPolicy(pool, wapcGuests["loop-in-call"]);
      expect(await run(pool, hog, { limitMs: 150 })).toBe("timed-out");
    }
    gate.resolve({ ips: [] });
    expect(await waiting).toBe('answer {"ips":[]}');
  });
});
