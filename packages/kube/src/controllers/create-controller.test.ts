import { setImmediate } from "node:timers/promises";
import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import { eventually } from "../testing/eventually.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import type { ControllerObserver, Reconcile } from "./controller.ts";
import { type ControllerOptions, createController } from "./create-controller.ts";

function setUp(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const clock = createFakeClock();
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
  const controller = createController({ name: "pod", reconcile, log, clock, ...options });
  return {
    ...{ clock, lines, controller },
    idle: () => eventually(() => controller.pending === 0),
    [Symbol.asyncDispose]: () => controller[Symbol.asyncDispose](),
  };
}

describe("createController", () => {
  it("waits for its start, then takes keys one after the other", async () => {
    const seen: string[] = [];
    let running = 0;
    await using pod = setUp(async (key) => {
      expect(++running).toBe(1);
      seen.push(key);
      await setImmediate();
      running--;
    });
    for (const key of ["a", "b", "a"]) pod.controller.enqueue(key);
    await setImmediate();
    expect([seen, pod.controller.depth]).toEqual([[], 2]);
    pod.controller.start();
    pod.controller.start();
    await pod.idle();
    expect(seen).toEqual(["a", "b"]);
  });

  it("takes different keys at the same time with more workers", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const started: string[] = [];
    const reconcile = async (key: string) => {
      started.push(key);
      await promise;
    };
    await using pod = setUp(reconcile, { workers: 2 });
    pod.controller.start();
    for (const key of ["a", "a", "b", "c"]) pod.controller.enqueue(key);
    await eventually(() => started.length === 2);
    expect([started, pod.controller.pending]).toEqual([["a", "b"], 3]);
    resolve();
    await pod.idle();
    expect(started).toEqual(["a", "b", "c", "a"]);
  });

  it("a change during a pass leads to another one", async () => {
    let passes = 0;
    await using pod = setUp(async (key) => {
      if (++passes === 1) pod.controller.enqueue(key);
    });
    pod.controller.start();
    pod.controller.enqueue("a");
    await eventually(() => passes === 2);
    await pod.idle();
  });

  it("controller 3.1: repeats what fails, later each time, until it works", async () => {
    let failures = 3;
    await using pod = setUp(async () => {
      if (failures-- > 0) throw new Error("no", { cause: new Error("down") });
    });
    pod.controller.start();
    pod.controller.enqueue("a");
    for (const pauseMs of [5, 10, 20]) {
      await eventually(() => pod.clock.sleeps.length === 1);
      expect(pod.lines.at(-1)).toMatchObject({
        level: "error",
        message: "reconcile failed",
        fields: { controller: "pod", key: "a", error: "no: down", retry_in_ms: pauseMs },
      });
      await pod.clock.advance(pauseMs - 1);
      expect(pod.controller.pending).toBe(0);
      await pod.clock.advance(1);
    }
    await pod.idle();
    expect([failures, pod.clock.sleeps, pod.lines.length]).toEqual([-1, [], 3]);
  });

  it("looks again when a pass says so", async () => {
    const seen: number[] = [];
    await using pod = setUp(async () => {
      seen.push(pod.clock.now());
      return seen.length < 3 ? { requeueAfterMs: 2000 } : {};
    });
    pod.controller.start();
    pod.controller.enqueue("a");
    await eventually(() => pod.clock.sleeps.length === 1);
    await pod.clock.advance(2000);
    await eventually(() => seen.length === 2 && pod.clock.sleeps.length === 1);
    await pod.clock.advance(2000);
    await pod.idle();
    expect([seen.map((at) => at - seen[0]!), pod.clock.sleeps]).toEqual([[0, 2000, 4000], []]);
  });

  it("does not cry over a conflict", async () => {
    let failures = 1;
    await using pod = setUp(async () => {
      if (failures-- > 0) throw new KubeError("modified", { code: "KUBE_CONFLICT", status: 409 });
    });
    pod.controller.start();
    pod.controller.enqueue("a");
    await eventually(() => pod.clock.sleeps.length === 1);
    expect(pod.lines.map(({ level }) => level)).toEqual(["debug"]);
  });

  it("tells its observer what happens", async () => {
    const told: unknown[] = [];
    const tell =
      (what: string) =>
      (...args: unknown[]) =>
        void told.push([what, ...args]);
    const observer: ControllerObserver = {
      ...{ added: tell("added"), started: tell("started"), retried: tell("retried") },
      finished: (name, { result, durationMs }) => void told.push([result, name, durationMs]),
    };
    const reconcile: Reconcile = async (key) => {
      await pod.clock.advance(3);
      if (key === "bad") throw new Error("no");
      return key === "later" ? { requeueAfterMs: 1000 } : undefined;
    };
    await using pod = setUp(reconcile, { observer });
    for (const key of ["good", "later", "bad", "good"]) pod.controller.enqueue(key);
    pod.controller.start();
    await eventually(() => told.length >= 10);
    expect(told.slice(0, 10)).toEqual([
      ...[
        ["added", "pod"],
        ["added", "pod"],
        ["added", "pod"],
      ],
      ...[
        ["started", "pod", 0],
        ["success", "pod", 3],
      ],
      ...[
        ["started", "pod", 3],
        ["requeue_after", "pod", 3],
      ],
      ...[
        ["started", "pod", 6],
        ["retried", "pod"],
        ["error", "pod", 3],
      ],
    ]);
  });

  it("ends when the pass that runs has ended, and begins no other", async () => {
    const seen: string[] = [];
    const pod = setUp(async (key, signal) => {
      seen.push(key);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await setImmediate();
      seen.push("end");
      throw signal.reason;
    });
    pod.controller.start();
    pod.controller.enqueue("a");
    pod.controller.enqueue("b");
    await eventually(() => seen.length === 1);
    await pod[Symbol.asyncDispose]();
    expect([seen, pod.lines, pod.clock.sleeps]).toEqual([["a", "end"], [], []]);
  });
});
