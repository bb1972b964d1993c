// Guests in real worker threads.
import { silentLogger } from "@kubewarden-ts/base";
import { defaultLimits, type GuestLimits, type GuestProtocol } from "@kubewarden-ts/policy-runtime";
import { GuestPool, type GuestPoolOptions, type RunResult } from "@kubewarden-ts/policy-runtime/node";
import type { PlainAnswer } from "../../packages/policy-runtime/fixtures/plain-worker.ts";
import { wapcGuests } from "../guests/text/wapc.ts";
import { assemble } from "../support/text-guest.ts";

const workerUrl = new URL("../../packages/policy-runtime/fixtures/plain-worker.ts", import.meta.url);
const timeoutMs = 15_000;

export type HostilePool = GuestPool<undefined, PlainAnswer>;

/** A pool with one worker unless told, whose host calls are never answered unless told. */
export async function hostilePool(
  options: Partial<Omit<GuestPoolOptions, "limits">> & { limits?: Partial<GuestLimits> } = {},
): Promise<HostilePool> {
  const pool: HostilePool = new GuestPool({
    workerUrl,
    workers: 1,
    serve: () => new Promise(() => {}),
    log: silentLogger,
    ...options,
    limits: { ...defaultLimits, ...options.limits },
  });
  await pool.start();
  return pool;
}

/** Prepares a module and makes a policy of it; returns its key. */
export async function addPolicy(
  pool: HostilePool,
  module: string | Uint8Array,
  protocol: GuestProtocol = "wapc",
): Promise<number> {
  const bytes = typeof module === "string" ? assemble(module) : module;
  const prepared = await pool.prepare({ bytes, protocol, timeoutMs });
  return pool.addPolicy({ name: "test", prepared, context: undefined, hostCallsMayWait: true });
}

/** A policy that accepts at once. */
export const addInnocent = (pool: HostilePool): Promise<number> => addPolicy(pool, wapcGuests.accept);

/** Runs one evaluation; the answer as one line: `answer …`, `failure …`, `timed-out` or `failed …`. */
export async function run(
  pool: HostilePool,
  key: number,
  { action = "validate", payload = "{}", limitMs = timeoutMs } = {},
): Promise<string> {
  return line(await pool.run(key, action, new TextEncoder().encode(payload), { timeoutMs: limitMs }));
}

export const accepted = 'answer {"accepted":true}';

function line(result: RunResult<PlainAnswer>): string {
  switch (result.kind) {
    case "answer":
      return `${result.answer.kind} ${result.answer.text}`;
    case "failed":
      return `failed ${result.message}`;
    case "timed-out":
    case "shed":
      return result.kind;
  }
}
