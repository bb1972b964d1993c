import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WapcGuestName, wapcGuest, wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import { wasiGuests } from "../../../../tests/guests/text/wasi.ts";
import { assemble } from "../../../../tests/support/text-guest.ts";
import type { PlainAnswer } from "../../fixtures/plain-worker.ts";
import type { GuestProtocol } from "../core/prepared-module.ts";
import type { ServeCapability } from "./handler.ts";
import type { RunResult } from "./job.ts";
import { GuestPool } from "./pool.ts";
import { timeoutText } from "./preparation.ts";

const workerUrl = new URL("../../fixtures/plain-worker.ts", import.meta.url);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const body = text("{}");

async function startPool(serve: ServeCapability = neverServed, workers = 2) {
  const pool = new GuestPool<undefined, PlainAnswer>({ workerUrl, workers, serve, log: silentLogger });
  await pool.start();
  return pool;
}

function neverServed(): Promise<unknown> {
  return new Promise(() => {});
}

type Pool = Awaited<ReturnType<typeof startPool>>;

async function load(pool: Pool, module: string, protocol: GuestProtocol = "wapc"): Promise<number> {
  const prepared = await pool.prepare({ bytes: assemble(module), protocol, timeoutMs: 1000 });
  return pool.addPolicy({ name: "test", prepared, context: undefined, hostCallsMayWait: true });
}

const loadWapc = (pool: Pool, name: WapcGuestName): Promise<number> => load(pool, wapcGuests[name]);

function line(result: RunResult<PlainAnswer>): string {
  return result.kind === "answer" ? `${result.answer.kind} ${result.answer.text}` : result.kind;
}

const accepted = 'answer {"accepted":true}';

describe("a pool", () => {
  let pool: Pool;
  beforeAll(async () => {
    pool = await startPool();
  });
  afterAll(() => pool[Symbol.asyncDispose]());

  it.each<[WapcGuestName, GuestProtocol]>([
    ["loop-in-call", "wapc"],
    ["sleep", "wapc"],
    ["look-up-host", "wapc"],
  ])(
    "policy-runtime 7, 8, policy-server 8, 9: %s is answered at its deadline, others are served meanwhile",
    async (name) => {
      const [stuck, healthy] = [await loadWapc(pool, name), await loadWapc(pool, "accept")];
      const ended = pool.run(stuck, "validate", body, { timeoutMs: 400 });
      const others = await Promise.all(Array.from({ length: 20 }, () => pool.run(healthy, "validate", body)));
      expect(new Set(others.map(line))).toEqual(new Set([accepted]));
      expect(await ended).toEqual({ kind: "timed-out", begun: true });
      expect(line(await pool.run(healthy, "validate", body))).toBe(accepted);
    },
  );

  it("policy-runtime 7: a WASI guest in an endless loop is answered at its deadline", async () => {
    const key = await load(pool, wasiGuests.loop, "wasi");
    expect(await pool.run(key, "validate", body, { timeoutMs: 300 })).toEqual({
      kind: "timed-out",
      begun: true,
    });
  });

  it.each<WapcGuestName>(["loop-in-init", "loop-in-start"])(
    "policy-runtime 7: %s is ended when it is prepared",
    async (name) => {
      const preparation = pool.prepare({
        bytes: assemble(wapcGuests[name]),
        protocol: "wapc",
        timeoutMs: 200,
      });
      await expect(preparation).rejects.toThrow(timeoutText);
    },
  );

  it("policy-runtime 6, policy-server 37: every evaluation sees a fresh guest", async () => {
    const key = await loadWapc(pool, "counter");
    const seen = await Promise.all(Array.from({ length: 200 }, () => pool.run(key, "validate", body)));
    expect(new Set(seen.map(line))).toEqual(new Set(['answer {"accepted":false,"message":"1113"}']));
  });

  it("runs a policy that was removed to the end of its last evaluation", async () => {
    const key = await loadWapc(pool, "accept");
    const last = pool.run(key, "validate", body);
    pool.removePolicy(key);
    expect(line(await last)).toBe(accepted);
    expect(await pool.run(key, "validate", body)).toMatchObject({ kind: "failed" });
  });
});

describe("the workers of a pool", () => {
  /** Says when it begins and when it ends, and is on the CPU in between. */
  const busy = wapcGuest({
    data: [
      [16, '{"accepted":true}'],
      [64, "begin"],
      [80, "end"],
    ],
    locals: "(local $count i32)",
    body: `
      (call $console_log (i32.const 64) (i32.const 5))
      (loop $busy
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (i32.store (i32.const 60000) (i32.rem_u (local.get $count) (i32.const 7919)))
        (br_if $busy (i32.lt_u (local.get $count) (i32.const 5000000))))
      (call $console_log (i32.const 80) (i32.const 3))
      (call $guest_response (i32.const 16) (i32.const 17)) (i32.const 1)`,
  });

  it.each([1, 2])("policy-server 36: %i at most have a guest on the CPU, the next waits", async (workers) => {
    const [steps, write] = collectMessages();
    const log = createLogger({ level: "info", target: "test", write });
    // without the exception for guests that hog the CPU
    const options = { workers, serve: neverServed, log, quarantineAfterMs: 60_000 };
    await using pool = new GuestPool<undefined, PlainAnswer>({ workerUrl, ...options });
    await pool.start();
    const key = await load(pool, busy);
    const all = await Promise.all(Array.from({ length: 16 }, () => pool.run(key, "validate", body)));
    expect(new Set(all.map(line))).toEqual(new Set([accepted]));
    let running = 0;
    const atOnce = steps.map((step) => (running += step === "begin" ? 1 : -1));
    expect([steps.length, Math.max(...atOnce)]).toEqual([32, workers]);
  });
});

function collectMessages(): [string[], (line: LogLine) => void] {
  const messages: string[] = [];
  return [messages, ({ message }) => void messages.push(message)];
}

describe("guests that wait", () => {
  it("policy-server 36: do not hold their worker: 200 that wait for the same answer end together", async () => {
    const gate = Promise.withResolvers<unknown>();
    let waiting = 0;
    await using pool = await startPool(async () => {
      waiting++;
      if (waiting === 200) gate.resolve({ ips: [] });
      return gate.promise;
    });
    const key = await loadWapc(pool, "look-up-host");
    const all = await Promise.all(
      Array.from({ length: 200 }, () => pool.run(key, "validate", body, { timeoutMs: 15_000 })),
    );
    expect(new Set(all.map(line))).toEqual(new Set(['answer {"ips":[]}']));
  });

  it("have their host call aborted when they are answered at the deadline", async () => {
    const aborted = Promise.withResolvers<void>();
    await using pool = await startPool((_path, _input, signal) => {
      signal?.addEventListener("abort", () => aborted.resolve());
      return neverServed();
    });
    const key = await loadWapc(pool, "look-up-host");
    expect(await pool.run(key, "validate", body, { timeoutMs: 500 })).toEqual({
      kind: "timed-out",
      begun: true,
    });
    await aborted.promise;
  });
});

describe("a pool whose evaluations were given up", () => {
  it.each<WapcGuestName>(["look-up-host", "sleep"])("is as free as before: 300 of %s", async (name) => {
    await using pool = await startPool(neverServed, 1);
    const [stuck, healthy] = [await loadWapc(pool, name), await loadWapc(pool, "accept")];
    const all = Array.from({ length: 300 }, () => pool.run(stuck, "validate", body, { timeoutMs: 150 }));
    // Some are not begun in time: there is not memory for all of them at once.
    const kinds = new Set((await Promise.all(all)).map(({ kind }) => kind));
    expect([...kinds].filter((kind) => kind !== "shed")).toEqual(["timed-out"]);
    const after = Array.from({ length: 50 }, () => pool.run(healthy, "validate", body, { timeoutMs: 5000 }));
    expect(new Set((await Promise.all(after)).map(line))).toEqual(new Set([accepted]));
  });
});

describe("a guest that hogs the CPU", () => {
  it("policy-server 36: loses nobody else's evaluation: queued and suspended ones move to another worker", async () => {
    const gate = Promise.withResolvers<unknown>();
    await using pool = await startPool(() => gate.promise, 1);
    const [hog, waiter, healthy] = [
      await loadWapc(pool, "loop-in-call"),
      await loadWapc(pool, "look-up-host"),
      await loadWapc(pool, "accept"),
    ];
    const waiting = Array.from({ length: 5 }, () => pool.run(waiter, "validate", body));
    const spinning = pool.run(hog, "validate", body, { timeoutMs: 1500 });
    const queued = await Promise.all(Array.from({ length: 20 }, () => pool.run(healthy, "validate", body)));
    expect(new Set(queued.map(line))).toEqual(new Set([accepted]));
    gate.resolve({ ips: [] });
    expect(new Set((await Promise.all(waiting)).map(line))).toEqual(new Set(['answer {"ips":[]}']));
    expect(await spinning).toEqual({ kind: "timed-out", begun: true });
  });

  it("is confined: its further evaluations wait for each other only, to their deadline", async () => {
    await using pool = await startPool(neverServed, 1);
    const [hog, healthy] = [await loadWapc(pool, "loop-in-call"), await loadWapc(pool, "accept")];
    const hogs = Array.from({ length: 4 }, () => pool.run(hog, "validate", body, { timeoutMs: 700 }));
    const others = await Promise.all(Array.from({ length: 50 }, () => pool.run(healthy, "validate", body)));
    expect(new Set(others.map(line))).toEqual(new Set([accepted]));
    expect((await Promise.all(hogs)).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 4 }, () => "timed-out"),
    );
    expect(line(await pool.run(healthy, "validate", body))).toBe(accepted);
  });

  it("is served like all others again once it answered in time", async () => {
    await using pool = await startPool(neverServed, 1);
    const [hog, healthy] = [await loadWapc(pool, "loop-on-demand"), await loadWapc(pool, "accept")];
    const spin = pool.run(hog, "validate", text("spin"), { timeoutMs: 500 });
    await Promise.all(Array.from({ length: 5 }, () => pool.run(healthy, "validate", body)));
    expect(await spin).toEqual({ kind: "timed-out", begun: true });
    const after = await Promise.all(
      Array.from({ length: 50 }, () => pool.run(hog, "validate", text("fine"))),
    );
    expect(new Set(after.map(line))).toEqual(new Set([accepted]));
  });

  it("may end by itself: its answer counts although it lost its place", async () => {
    await using pool = await startPool(neverServed, 1);
    const [slow, healthy] = [await loadWapc(pool, "loop-on-demand"), await loadWapc(pool, "accept")];
    const busy = pool.run(slow, "validate", text("busy"));
    const others = Array.from({ length: 5 }, () => pool.run(healthy, "validate", body));
    const first = await Promise.race([busy.then(() => "slow"), Promise.all(others).then(() => "others")]);
    expect(first).toBe("others");
    expect(line(await busy)).toBe(accepted);
  });
});

describe("a pool whose only worker prepares modules", () => {
  it("takes evaluations with a limit already, and runs them when it is done", async () => {
    await using pool = new GuestPool<undefined, PlainAnswer>({
      ...{ workerUrl, workers: 1, serve: neverServed, log: silentLogger },
      ...{ reusePreparingWorkers: true, warmSpare: false },
    });
    const prepare = (name: WapcGuestName) =>
      pool.prepare({ bytes: assemble(wapcGuests[name]), protocol: "wapc", timeoutMs: 10_000 });
    const [first, second] = [prepare("accept"), prepare("echo")];
    const policy = { name: "test", prepared: await first, context: undefined, hostCallsMayWait: false };
    const answered = pool.run(pool.addPolicy(policy), "validate", body, { timeoutMs: 30_000 });
    expect(line(await answered)).toBe(accepted);
    await second;
  });
});

describe("a guest that prints without end", () => {
  it("fills neither the log nor the main thread", async () => {
    const [lines, write] = collectMessages();
    const log = createLogger({ level: "info", target: "test", write });
    await using pool = new GuestPool<undefined, PlainAnswer>({
      workerUrl,
      workers: 1,
      serve: neverServed,
      log,
    });
    await pool.start();
    const key = await loadWapc(pool, "print-flood");
    expect(await pool.run(key, "validate", body, { timeoutMs: 300 })).toMatchObject({ kind: "timed-out" });
    expect(lines.filter((line) => line === "printed").length).toBe(200);
    expect(lines).toContain(
      "the policy logs too much: what it logs further in this evaluation is dropped (--max-policy-log-lines sets the limit)",
    );
  });
});

describe("a worker that dies", () => {
  it("fails the evaluation it ran, the others begin again elsewhere", async () => {
    const gate = Promise.withResolvers<unknown>();
    await using pool = await startPool(() => gate.promise, 1);
    const [deadly, waiter] = [await loadWapc(pool, "accept"), await loadWapc(pool, "look-up-host")];
    const waiting = pool.run(waiter, "validate", body);
    const died = await pool.run(deadly, "end-the-worker", body);
    expect(died).toEqual({ kind: "failed", message: "the worker thread ended with code 3" });
    gate.resolve({ ips: [] });
    expect(line(await waiting)).toBe('answer {"ips":[]}');
    expect(line(await pool.run(deadly, "validate", body))).toBe(accepted);
  });
});
