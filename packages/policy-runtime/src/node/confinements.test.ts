import { describe, expect, it } from "vitest";
import { fakeJob, fakeSlot } from "../../fixtures/fake-slot.ts";
import { Confinements } from "./confinements.ts";
import { settleJob } from "./job.ts";

function confined() {
  const slots: ReturnType<typeof fakeSlot>[] = [];
  const confinements = new Confinements<string>(() => {
    const slot = fakeSlot();
    slots.push(slot);
    return slot;
  });
  return { confinements, slots };
}

describe("a confined policy", () => {
  it("runs one job at a time, the newest that somebody waits for", () => {
    const { confinements, slots } = confined();
    const confinement = confinements.confine(1);
    const [oldest, middle, newest, timedOut] = ["a", "b", "c", "d"].map((action) => fakeJob(1, action));
    confinement.queue.push(oldest!, middle!, newest!, timedOut!);
    settleJob(timedOut!, { kind: "timed-out", begun: false });
    confinements.runNext(confinement);
    confinements.runNext(confinement);
    expect(slots.map(({ submitted }) => submitted)).toEqual([[newest]]);
    confinement.running = undefined;
    confinements.runNext(confinement);
    expect(slots.map(({ submitted }) => submitted)).toEqual([[newest, middle]]);
  });

  it("is let go with the jobs that waited, and its worker ends", () => {
    const { confinements, slots } = confined();
    const confinement = confinements.confine(1);
    const [first, second] = [fakeJob(1), fakeJob(1)];
    confinement.queue.push(first, second);
    confinements.runNext(confinement);
    expect(confinements.release(1)).toEqual([first]);
    expect(confinements.of(1)).toBeUndefined();
    expect(slots[0]?.ended).toBe(true);
  });

  it("shares a worker when there are many like it, and leaves it to the others when it is let go", () => {
    const { confinements } = confined();
    const all = Array.from({ length: 9 }, (_, key) => confinements.confine(key));
    expect(new Set(all).size).toBe(4);
    const shared = confinements.of(8)!;
    shared.queue.push(fakeJob(8), fakeJob(0));
    expect(confinements.release(8)).toHaveLength(1);
    expect(shared.queue).toHaveLength(1);
    expect(confinements.confine(0)).toBe(confinements.of(0));
  });
});
