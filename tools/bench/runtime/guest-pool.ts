import { silentLogger } from "@kubewarden-ts/base";
import { GuestPool } from "@kubewarden-ts/policy-runtime/node";
import type { BenchGuest } from "../inputs/guests.ts";
import type { PoolAnswer } from "./pool-worker.ts";

/** A pool of two workers that knows one policy. */
export interface BenchPool extends AsyncDisposable {
  /** @throws {Error} when the guest did not answer */
  evaluate(payload: Uint8Array): Promise<void>;
}

export async function startBenchPool({ name, wasm, protocol }: BenchGuest): Promise<BenchPool> {
  const pool = new GuestPool<undefined, PoolAnswer>({
    workerUrl: new URL("./pool-worker.ts", import.meta.url),
    workers: 2,
    serve: () => Promise.reject(new Error("nothing is served")),
    log: silentLogger,
  });
  await pool.start();
  const prepared = await pool.prepare({ bytes: wasm, protocol, timeoutMs: 60_000 });
  const key = pool.addPolicy({ name, prepared, context: undefined, hostCallsMayWait: false });
  return {
    async evaluate(payload) {
      const result = await pool.run(key, "validate", payload, { timeoutMs: 10_000 });
      if (result.kind !== "answer" || result.answer.kind !== "answer")
        throw new Error(`${name} did not answer: ${JSON.stringify(result)}`);
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
