import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue, type QueuedJob } from "./fair-queue.ts";

interface TestJob extends QueuedJob {
  readonly name: string;
}

function job(policyKey: number, name: string, more: Partial<QueuedJob> = {}): TestJob {
  return { policyKey, name, deadlineMs: Number.POSITIVE_INFINITY, settled: false, ...more };
}

function names(queue: FairQueue<TestJob>, count = Number.POSITIVE_INFINITY): string[] {
  const taken: string[] = [];
  while (taken.length < count) {
    const next = queue.take();
    if (next === undefined) break;
    taken.push(next.name);
  }
  return taken;
}

const jobs = (policyKey: number, name: string, count: number) =>
  Array.from({ length: count }, () => job(policyKey, name));

describe("jobs of one policy", () => {
  it("leave in the order of their deadlines, equal ones as they came", () => {
    const queue = new FairQueue<TestJob>(() => 1);
    for (const [name, deadlineMs] of [
      ["late", 30],
      ["first", 10],
      ["middle", 20],
      ["second", 10],
    ] as const) {
      queue.add(job(1, name, { deadlineMs }));
    }
    expect(names(queue)).toEqual(["first", "second", "middle", "late"]);
  });

  it("leave as they came without deadlines", () => {
    const queue = new FairQueue<TestJob>(() => 1);
    for (const name of ["a", "b", "c"]) queue.add(job(1, name));
    expect(names(queue)).toEqual(["a", "b", "c"]);
  });

  it("are dropped when nobody wants them any more, and cost nothing then", () => {
    const queue = new FairQueue<TestJob>(() => 1);
    queue.add(job(1, "unwanted", { settled: true }));
    queue.add(job(1, "wanted"));
    expect([queue.size, names(queue), queue.size, queue.take()]).toEqual([2, ["wanted"], 0, undefined]);
  });
});

describe("policies", () => {
  it("take turns, however many jobs one has", () => {
    const queue = new FairQueue<TestJob>(() => 1);
    for (const each of [...jobs(1, "a", 100), ...jobs(2, "b", 3)]) queue.add(each);
    expect(names(queue, 6).sort()).toEqual(["a", "a", "a", "b", "b", "b"]);
  });

  it("take turns by what their jobs cost", () => {
    const queue = new FairQueue<TestJob>((key) => (key === 1 ? 10 : 1));
    for (const each of [...jobs(1, "dear", 100), ...jobs(2, "cheap", 100)]) queue.add(each);
    const taken = names(queue, 55);
    expect(taken.filter((name) => name === "dear")).toHaveLength(5);
  });

  it("that were idle are served at once, and are not owed what they did not use", () => {
    const queue = new FairQueue<TestJob>(() => 1);
    for (const each of jobs(1, "busy", 100)) queue.add(each);
    names(queue, 50);
    for (const each of jobs(2, "new", 10)) queue.add(each);
    const taken = names(queue, 10);
    expect(taken.slice(0, 2)).toContain("new");
    expect(taken.filter((name) => name === "new").length).toBeLessThanOrEqual(6);
  });

  it("that ask one dear thing after the other get no more than their share", () => {
    const queue = new FairQueue<TestJob>((key) => (key === 1 ? 1 : 10));
    for (const each of jobs(1, "many", 200)) queue.add(each);
    queue.add(job(2, "dear"));
    const taken: string[] = [];
    while (taken.length < 110) {
      const next = queue.take()!;
      taken.push(next.name);
      if (next.name === "dear") queue.add(job(2, "dear"));
    }
    expect(taken.filter((name) => name === "dear")).toHaveLength(10);
  });

  it("are told with how many jobs they wait", () => {
    const queue = new FairQueue<TestJob>(() => 1);
    for (const each of [...jobs(1, "a", 2), ...jobs(2, "b", 1)]) queue.add(each);
    expect([...queue.waiting()]).toEqual([
      [1, 2],
      [2, 1],
    ]);
    names(queue);
    queue.forget(1);
    expect([...queue.waiting(), ...queue]).toEqual([]);
  });
});

it("gives back every wanted job once, each policy's in order, whatever is added and taken in between", () => {
  const step = fc.oneof(
    fc.constant("take" as const),
    fc.record({ policyKey: fc.nat({ max: 3 }), deadlineMs: fc.nat({ max: 5 }), settled: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new FairQueue<TestJob>((key) => key + 1);
      const waiting = new Set<TestJob>();
      const checkTaken = (taken: TestJob | undefined): void => {
        const wanted = [...waiting].filter(({ settled }) => !settled);
        if (taken === undefined) return expect(wanted).toEqual([]);
        const earliest = Math.min(
          ...wanted
            .filter(({ policyKey }) => policyKey === taken.policyKey)
            .map(({ deadlineMs }) => deadlineMs),
        );
        expect([waiting.delete(taken), taken.settled, taken.deadlineMs]).toEqual([true, false, earliest]);
      };
      for (const [index, each] of steps.entries()) {
        if (each === "take") checkTaken(queue.take());
        else {
          const added = job(each.policyKey, String(index), each);
          waiting.add(added);
          queue.add(added);
        }
      }
      while (queue.size > 0) checkTaken(queue.take());
      expect([...waiting].every(({ settled }) => settled)).toBe(true);
    }),
  );
});
