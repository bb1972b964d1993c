import { fileURLToPath } from "node:url";
import { silentLogger } from "@kubewarden-ts/base";
import { GuestPool } from "@kubewarden-ts/policy-runtime/node";
import { expect, it } from "vitest";
import { buildPolicy } from "./policy-builder.ts";

const workerUrl = new URL("../../../policy-runtime/fixtures/plain-worker.ts", import.meta.url);
const entry = fileURLToPath(new URL("../../fixtures/deeds.ts", import.meta.url));

it.each(["wapc", "wasi"] as const)(
  "policies-and-sdk 12: an endless loop in a file of ABI %s ends at the host's deadline, and the next request is served",
  { timeout: 60_000 },
  async (abi) => {
    const { wasm: bytes } = await buildPolicy({ entry, abi });
    await using pool = new GuestPool<undefined, { kind: string; text: string }>({
      workerUrl,
      workers: 1,
      serve: () => new Promise(() => {}),
      log: silentLogger,
    });
    await pool.start();
    const prepared = await pool.prepare({ bytes, protocol: abi, timeoutMs: 15_000 });
    const key = await pool.addPolicy({
      name: "deeds",
      prepared,
      context: undefined,
      hostCallsMayWait: false,
    });
    const run = (deed: string, timeoutMs: number) => {
      const payload = JSON.stringify({ request: deed, settings: {} });
      return pool.run(key, "validate", new TextEncoder().encode(payload), { timeoutMs });
    };
    for (const deed of ["loop", "backtrack"]) {
      const started = performance.now();
      expect(await run(deed, 400)).toMatchObject({ kind: "timed-out" });
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(await run("mutate", 15_000)).toMatchObject({
        answer: { kind: "answer", text: '{"accepted":true,"mutated_object":{"a":1}}' },
      });
    }
  },
);
