import { silentLogger } from "@kubewarden-ts/base";
import { expect, it } from "vitest";
import { wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import { assemble } from "../../../../tests/support/text-guest.ts";
import type { PlainAnswer } from "../../fixtures/plain-worker.ts";
import { GuestPool } from "./pool.ts";

const workerUrl = new URL("../../fixtures/plain-worker.ts", import.meta.url);
/** The long form runs by `KUBEWARDEN_TS_SOAK=1`. */
const evaluations = process.env["KUBEWARDEN_TS_SOAK"] === "1" ? 100_000 : 10_000;
const atOnce = 50;
/** Instances that are not given back cost 700 MB; other tests that run in this process at the same time, far less. */
const allowedGrowthBytes = 450 * 1024 * 1024;

it("policy-server 37: memory does not grow with the number of evaluations", async () => {
  const pool = new GuestPool<undefined, PlainAnswer>({
    workerUrl,
    workers: 2,
    serve: async () => ({ ips: [] }),
    log: silentLogger,
  });
  await using _ = pool;
  await pool.start();
  const body = new TextEncoder().encode("{}");
  const keys: number[] = [];
  // One that grows its memory in each evaluation, one that is suspended in each.
  for (const name of ["counter", "look-up-host"] as const) {
    const module = { bytes: assemble(wapcGuests[name]), protocol: "wapc", timeoutMs: 5000 } as const;
    keys.push(
      pool.addPolicy({
        name,
        prepared: await pool.prepare(module),
        context: undefined,
        hostCallsMayWait: true,
      }),
    );
  }
  const run = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += atOnce) {
      const batch = Array.from({ length: atOnce }, (_none, index) =>
        pool.run(keys[index % 2]!, "validate", body),
      );
      for (const { kind } of await Promise.all(batch)) expect(kind).toBe("answer");
    }
  };
  await run(1000);
  const before = process.memoryUsage.rss();
  await run(evaluations);
  expect(process.memoryUsage.rss() - before).toBeLessThan(allowedGrowthBytes);
}, 120_000);
