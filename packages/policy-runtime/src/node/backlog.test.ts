import { describe, expect, it } from "vitest";
import { Backlog } from "./backlog.ts";
import { createJob, type Job } from "./job.ts";
import { ServiceTimes } from "./service-times.ts";

const maxBytes = 1000;

function backlogAt(nowMs: number, costsMs: Readonly<Record<number, number>> = {}) {
  const times = new ServiceTimes();
  for (const [key, ms] of Object.entries(costsMs)) times.observe(Number(key), ms - 0.05);
  return new Backlog<string>({ times, maxBytes, now: () => nowMs });
}

function job(policyKey: number, { deadlineMs = Number.POSITIVE_INFINITY, bytes = 0 } = {}): Job<string> {
  return createJob({
    policyKey,
    action: "",
    body: new Uint8Array(bytes),
    deadlineMs,
    resolve() {},
    log: undefined,
  });
}

describe("whether a job is in time", () => {
  const idle = { busyMs: 0, workers: 2 };

  it.each([
    ["with time to spare", 1000 + 11, idle, true],
    ["that takes longer than there is left", 1000 + 9, idle, false],
    ["behind what the workers do", 1000 + 11, { busyMs: 5, workers: 2 }, false],
    ["whose time is over", 999, idle, false],
    ["without a deadline", Number.POSITIVE_INFINITY, { busyMs: 1e9, workers: 1 }, true],
  ])("%s", (_what, deadlineMs, load, wanted) => {
    expect(backlogAt(1000, { 1: 10 }).isInTime({ policyKey: 1, deadlineMs }, load)).toBe(wanted);
  });

  it("counts what waits before it, shared by the workers", () => {
    const backlog = backlogAt(0, { 1: 10 });
    for (let count = 0; count < 20; count++) backlog.add(job(1));
    expect(backlog.isInTime({ policyKey: 1, deadlineMs: 111 }, idle)).toBe(true);
    expect(backlog.isInTime({ policyKey: 1, deadlineMs: 109 }, idle)).toBe(false);
  });

  it("does not count what another policy will wait for by itself", () => {
    const backlog = backlogAt(0, { 1: 10, 2: 1 });
    for (let count = 0; count < 1000; count++) backlog.add(job(1));
    expect(backlog.isInTime({ policyKey: 2, deadlineMs: 5 }, idle)).toBe(true);
    backlog.add(job(2));
    expect(backlog.isInTime({ policyKey: 2, deadlineMs: 5 }, idle)).toBe(true);
  });

  it("tries a policy again that was slow once: nobody is refused for ever", () => {
    const backlog = backlogAt(0, { 1: 3000 });
    let refused = 0;
    while (!backlog.isInTime({ policyKey: 1, deadlineMs: 2000 }, idle) && refused < 100) refused++;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(20);
  });

  it("does not forget what a policy takes while others make it wait", () => {
    const backlog = backlogAt(0, { 1: 10 });
    const busy = { busyMs: 100, workers: 2 };
    for (let count = 0; count < 1000; count++) backlog.isInTime({ policyKey: 1, deadlineMs: 50 }, busy);
    expect(backlog.isInTime({ policyKey: 1, deadlineMs: 9 }, idle)).toBe(false);
  });

  it("refuses nobody for what is not known", () => {
    const backlog = backlogAt(0);
    for (let count = 0; count < 1000; count++) backlog.add(job(1));
    expect(backlog.isInTime({ policyKey: 1, deadlineMs: 5 }, idle)).toBe(true);
  });

  it("is late when it can not be done any more even if it began now", () => {
    const backlog = backlogAt(0, { 1: 10 });
    expect([9, 11].map((deadlineMs) => backlog.isLate({ policyKey: 1, deadlineMs }))).toEqual([true, false]);
  });
});

describe("what requests hold", () => {
  it("is bounded, and one policy may have half of it", () => {
    const backlog = backlogAt(0);
    expect([1, 1, 1].map((key) => backlog.hold(job(key, { bytes: 250 })))).toEqual([true, true, false]);
    expect([2, 3].map((key) => backlog.hold(job(key, { bytes: 240 })))).toEqual([true, true]);
    expect(backlog.hold(job(2, { bytes: 40 }))).toBe(false);
    backlog.letGo(job(3, { bytes: 240 }));
    expect(backlog.hold(job(2, { bytes: 40 }))).toBe(true);
  });

  it("is one request of any size for every policy", () => {
    const backlog = backlogAt(0);
    expect([1, 2, 2].map((key) => backlog.hold(job(key, { bytes: 5000 })))).toEqual([true, true, false]);
    backlog.letGo(job(2, { bytes: 5000 }));
    expect(backlog.hold(job(2, { bytes: 5000 }))).toBe(true);
  });
});
