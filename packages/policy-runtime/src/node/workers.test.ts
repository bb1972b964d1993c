import { describe, expect, it } from "vitest";
import { fakeJob, fakeSlot } from "../../fixtures/fake-slot.ts";
import { Workers } from "./workers.ts";

function workersOf(...slots: ReturnType<typeof fakeSlot>[]): Workers<string> {
  const workers = new Workers<string>(() => fakeSlot(), { warmSpare: false });
  workers.serving.push(...slots);
  return workers;
}

const jobs = (count: number) => Array.from({ length: count }, () => fakeJob(1));

describe("the least busy worker", () => {
  it.each([
    ["has the fewest jobs", [fakeSlot(jobs(3)), fakeSlot(jobs(1)), fakeSlot(jobs(2))], 1],
    ["is not one whose guest stays on the CPU", [fakeSlot(jobs(1), 50), fakeSlot(jobs(5))], 1],
    ["is one of those when there is no other", [fakeSlot(jobs(3), 50), fakeSlot(jobs(2), 50)], 1],
    ["has room", [fakeSlot(jobs(8)), fakeSlot(jobs(8), 50)], undefined],
  ])("%s", (_row, slots, expected) => {
    const least = workersOf(...slots).leastBusy(8);
    expect(least).toBe(expected === undefined ? undefined : slots[expected]);
  });

  it("does not count jobs that wait for their host", () => {
    const [waiting, busy] = [fakeSlot(jobs(4)), fakeSlot(jobs(2))];
    waiting.suspendedJobs = 3;
    expect(workersOf(busy, waiting).leastBusy(8)).toBe(waiting);
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
