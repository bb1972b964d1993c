import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createWorkQueue } from "./work-queue.ts";

function setUp() {
  const clock = createFakeClock();
  const queue = createWorkQueue(clock);
  const order: string[] = [];
  /** Takes what is there now. */
  async function takeAll(): Promise<string[]> {
    const taken: string[] = [];
    while (queue.depth > 0) taken.push((await queue.take())!.key);
    return taken;
  }
  return { clock, queue, order, takeAll };
}

describe("createWorkQueue", () => {
  it("controller 3.1: has each key once, in the order of first requests", async () => {
    const { queue, takeAll } = setUp();
    for (const key of ["b", "a", "b", "c", "a"]) queue.add(key);
    expect(queue.depth).toBe(3);
    expect(await takeAll()).toEqual(["b", "a", "c"]);
  });

  it("controller 3.1: hands no key out twice at once; what comes meanwhile comes after", async () => {
    const { queue } = setUp();
    queue.add("a");
    await queue.take();
    queue.add("a");
    queue.add("a");
    queue.add("b");
    expect(await queue.take()).toMatchObject({ key: "b" });
    expect(queue.depth).toBe(0);
    queue.done("a");
    expect(await queue.take()).toMatchObject({ key: "a" });
    queue.done("a");
    queue.done("b");
    expect(queue.pending).toBe(0);
  });

  it("gives what comes to who waits", async () => {
    const { queue } = setUp();
    const waiting = [queue.take(), queue.take()];
    queue.add("a");
    queue.add("b");
    expect(await Promise.all(waiting)).toMatchObject([{ key: "a" }, { key: "b" }]);
    expect(queue.pending).toBe(2);
  });

  it("controller 3.1: pauses double from 5 ms to 1000 s, and begin anew", () => {
    const { queue } = setUp();
    const pauses = Array.from({ length: 20 }, () => queue.addAfterFailure("a"));
    expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(pauses.at(-1)).toBe(1_000_000);
    expect(queue.addAfterFailure("b")).toBe(5);
    queue.forgetFailures("a");
    expect(queue.addAfterFailure("a")).toBe(5);
  });

  it("adds when the time is over, not before", async () => {
    const { queue, clock, takeAll } = setUp();
    queue.addAfter("a", 2000);
    await clock.advance(1999);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(await takeAll()).toEqual(["a"]);
  });

  it("of several times the earliest counts", async () => {
    const { queue, clock, takeAll } = setUp();
    queue.addAfter("a", 2000);
    queue.addAfter("a", 1000);
    queue.addAfter("a", 3000);
    await clock.advance(1000);
    expect(await takeAll()).toEqual(["a"]);
    queue.done("a");
    await clock.advance(5000);
    expect(queue.depth).toBe(0);
  });

  it("what was to come later is not asked for again when it came before", async () => {
    const { queue, clock } = setUp();
    queue.addAfter("a", 2000);
    queue.add("a");
    await queue.take();
    queue.done("a");
    await clock.advance(2000);
    expect([queue.depth, clock.sleeps]).toEqual([0, []]);
  });

  it("a change does not wait for the end of a pause", async () => {
    const { queue, takeAll } = setUp();
    queue.addAfterFailure("a");
    queue.add("a");
    expect(await takeAll()).toEqual(["a"]);
  });

  it("tells how long a key waited", async () => {
    const { queue, clock } = setUp();
    queue.add("a");
    await clock.advance(30);
    expect(await queue.take()).toEqual({ key: "a", waitedMs: 30 });
    queue.add("a");
    await clock.advance(7);
    queue.done("a");
    expect(await queue.take()).toEqual({ key: "a", waitedMs: 7 });
  });

  it("gives nothing any more when it is closed", async () => {
    const { queue, clock } = setUp();
    queue.addAfter("b", 1000);
    const waiting = queue.take();
    queue.close();
    queue.add("a");
    queue.addAfter("a", 1);
    queue.addAfterFailure("a");
    expect([await waiting, await queue.take()]).toEqual([undefined, undefined]);
    expect([queue.depth, clock.sleeps]).toEqual([0, []]);
  });
});
