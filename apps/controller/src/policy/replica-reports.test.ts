import { setImmediate } from "node:timers/promises";
import { silentLogger } from "@kubewarden-ts/base";
import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import type { ReplicaAddress } from "./ask-replica.ts";
import type { ReplicaReport } from "./replica-report.ts";
import { createReplicaReports } from "./replica-reports.ts";
import { memoryView } from "./testing/memory-view.ts";
import { policyServer, serverPod } from "./testing/objects.ts";

const told = (state: string): ReplicaReport => ({
  kind: "told",
  policies: new Map([["p", { state, revision: undefined, error: undefined }]]),
  policiesDigest: undefined,
});
const untold: ReplicaReport = { kind: "untold", problem: "silence" };
const notReady = { status: { conditions: [{ type: "Ready", status: "False" }] } };

/** Replicas that answer with what a test says, the last answer again and again. */
function setUp(...answers: ReplicaReport[]) {
  const view = memoryView();
  const clock = createFakeClock();
  const asked: ReplicaAddress[] = [];
  const changes: string[] = [];
  const ask = async (address: ReplicaAddress): Promise<ReplicaReport> => {
    asked.push(address);
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? untold;
  };
  const reports = createReplicaReports({ view, ask, clock, log: silentLogger });
  reports.onChange((server) => changes.push(server));
  return {
    ...{ view, clock, asked, changes, reports },
    [Symbol.asyncDispose]: () => reports[Symbol.asyncDispose](),
  };
}

describe("createReplicaReports", () => {
  it("asks a replica at once when it becomes ready, on the port of its probe", async () => {
    await using test = setUp(told("active"));
    test.view.policyServers.put(policyServer("default", {}, { readinessProbePort: 9000 }));
    const pod = serverPod("a", notReady);
    test.view.pods.put(pod);
    await setImmediate();
    expect([test.asked, test.reports.of(pod).kind]).toEqual([[], "untold"]);
    test.view.pods.put({ ...serverPod("a"), metadata: pod.metadata });
    await setImmediate();
    expect(test.asked).toEqual([{ ip: "127.0.0.1", port: 9000 }]);
    expect([test.reports.of(pod), test.changes]).toEqual([told("active"), ["default"]]);
  });

  it("asks those that were ready before, on the usual port", async () => {
    await using test = setUp(told("active"));
    test.view.pods.put(serverPod("a"));
    await setImmediate();
    expect(test.asked).toEqual([{ ip: "127.0.0.1", port: 8081 }]);
  });

  it("asks again each 30 seconds, and tells only of news", async () => {
    await using test = setUp(told("active"), told("active"), told("failed"));
    const pod = serverPod("a");
    test.view.pods.put(pod);
    await setImmediate();
    expect(test.clock.sleeps).toEqual([test.clock.now() + 30_000]);
    await test.clock.advance(30_000);
    expect([test.asked.length, test.changes.length]).toEqual([2, 1]);
    await test.clock.advance(30_000);
    expect([test.asked.length, test.changes.length, test.reports.of(pod)]).toEqual([3, 2, told("failed")]);
  });

  it("asks soon, then less often, while somebody waits for something else", async () => {
    await using test = setUp(told("failed"));
    const pod = serverPod("a");
    test.view.pods.put(pod);
    await setImmediate();
    test.reports.expectChange(pod, "version 2");
    await setImmediate();
    const pauses: number[] = [];
    for (let each = 0; each < 7; each++) {
      test.reports.expectChange(pod, "version 2");
      await setImmediate();
      const [until = 0] = test.clock.sleeps;
      pauses.push(until - test.clock.now());
      await test.clock.advance(until - test.clock.now());
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(test.changes).toHaveLength(1);
  });

  it("tries again soon where it is not told", async () => {
    await using test = setUp(untold, told("active"));
    test.view.pods.put(serverPod("a"));
    await setImmediate();
    await test.clock.advance(1000);
    expect(test.asked).toHaveLength(2);
  });

  it("believes what was told while the replica is ready, though it is slow once", async () => {
    await using test = setUp(told("failed"), untold);
    const pod = serverPod("a");
    test.view.pods.put(pod);
    await setImmediate();
    await test.clock.advance(30_000);
    expect([test.reports.of(pod), test.asked.length]).toEqual([told("failed"), 2]);
  });

  it.each<[string, (view: ReturnType<typeof memoryView>, pod: ReturnType<typeof serverPod>) => void]>([
    ["is not ready any more", (view, pod) => view.pods.put({ ...pod, status: notReady.status })],
    ["is gone", (view, pod) => view.pods.remove(pod)],
    [
      "is being deleted",
      (view, pod) =>
        view.pods.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    ],
  ])("forgets a replica that %s", async (_row, change) => {
    await using test = setUp(told("active"));
    const pod = serverPod("a");
    test.view.pods.put(pod);
    await setImmediate();
    change(test.view, pod);
    await test.clock.advance(100_000);
    expect([test.asked.length, test.reports.of(pod).kind]).toEqual([1, "awaited"]);
  });

  it("does not wait for what has no address", async () => {
    await using test = setUp();
    const pod = serverPod("a", { status: { podIP: "" } });
    test.view.pods.put(pod);
    expect(test.reports.of(pod)).toMatchObject({ kind: "untold" });
  });

  it("asks nobody once it is closed", async () => {
    const test = setUp(told("active"));
    test.view.pods.put(serverPod("a"));
    await setImmediate();
    await test[Symbol.asyncDispose]();
    test.view.pods.put(serverPod("b"));
    await test.clock.advance(100_000);
    expect(test.asked).toHaveLength(1);
  });
});
