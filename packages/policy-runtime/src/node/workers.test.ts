import { describe, expect, it } from "vitest";
import { fakeJob, fakeSlot } from "../../fixtures/fake-slot.ts";
import { Workers } from "./workers.ts";

function workersOf(...slots: ReturnType<typeof fakeSlot>[]): Workers<string> {
  const workers = new Workers<string>(() => fakeSlot(), { warmSpare: false });
  workers.serving.push(...slots);
  return workers;
}

const jobs = (count: number) => Array.from({ length: count }, () => fakeJob(1));

const load = { maxJobs: 8, maxMs: 6 };

describe("the least busy worker", () => {
  it.each([
    ["has the least to do", [fakeSlot(jobs(3)), fakeSlot(jobs(1)), fakeSlot(jobs(2))], 1],
    ["is not one whose guest stays on the CPU", [fakeSlot(jobs(1), 50), fakeSlot(jobs(5))], 1],
    ["is one of those when there is no other", [fakeSlot(jobs(3), 50), fakeSlot(jobs(2), 50)], 1],
    ["has room", [fakeSlot(jobs(8)), fakeSlot(jobs(8), 50)], undefined],
    ["has not got enough to do for a while", [fakeSlot(jobs(6))], undefined],
  ])("%s", (_row, slots, expected) => {
    const least = workersOf(...slots).leastBusy(load);
    expect(least).toBe(expected === undefined ? undefined : slots[expected]);
  });

  it("gets one job however long that takes", () => {
    const slot = fakeSlot();
    slot.pendingMs = 100;
    expect(workersOf(slot).leastBusy(load)).toBe(slot);
  });

  it("does not count jobs that wait for their host", () => {
    const [waiting, busy] = [fakeSlot(jobs(4)), fakeSlot(jobs(2))];
    waiting.suspendedJobs = 3;
    waiting.pendingMs = 1;
    expect(workersOf(busy, waiting).leastBusy(load)).toBe(waiting);
  });
});

describe("the worker that a policy holds", () => {
  it.each([
    ["runs it for long", 1, 200, true],
    ["is none while it has only begun", 1, 10, false],
    ["is none of another policy", 2, 200, false],
  ])("%s", (_row, policyKey, runningForMs, held) => {
    const slot = fakeSlot(jobs(1), runningForMs);
    expect(workersOf(fakeSlot(), slot).heldBy(policyKey)).toBe(held ? slot : undefined);
  });
});
