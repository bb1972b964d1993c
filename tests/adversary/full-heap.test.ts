// What a guest can make in the heap of the engine, which is not its memory.
import { encodeModule } from "@kubewarden-ts/wasm";
import { expect, it } from "vitest";
import { assemble } from "../support/text-guest.ts";
import { accepted, addInnocent, addPolicy, hostilePool, run } from "./hostile-pool.ts";

it("a guest that declares objects of the garbage collector is refused", async () => {
  const structure = encodeModule([{ id: 1, body: Uint8Array.from([1, 0x5f, 1, 0x7f, 1]) }]);
  expect(WebAssembly.validate(structure)).toBe(true);
  await using pool = await hostilePool();
  await expect(addPolicy(pool, structure)).rejects.toHaveProperty(
    "message",
    "the module declares structures or arrays of the garbage collector, whose memory cannot be limited",
  );
});

it("a guest that keeps exceptions without end fails alone: those beside it are answered", async () => {
  // Each exception holds the one before.
  const keeper = assemble(`(module
    (tag $e (param exnref ${"i64 ".repeat(15)})) (memory (export "memory") 1)
    (func (export "__guest_call") (param i32 i32) (result i32) (local $last exnref)
      (loop $ever
        (local.set $last
          (block $caught (result exnref)
            (try_table (catch_all_ref $caught) (throw $e (local.get $last) ${"(i64.const 1) ".repeat(15)}))
            unreachable))
        (br $ever))
      unreachable))`);
  expect(WebAssembly.validate(keeper)).toBe(true);
  await using pool = await hostilePool({ limits: { maxOutputBytes: 1024 } });
  const [key, innocent] = [await addPolicy(pool, keeper), await addInnocent(pool)];
  const kept = run(pool, key, { limitMs: 5000 });
  const others = Array.from({ length: 10 }, () => run(pool, innocent));
  expect(new Set(await Promise.all(others))).toEqual(new Set([accepted]));
  expect(await kept).toMatch(/^(failed .*memory limit|timed-out$)/);
  expect(await run(pool, innocent)).toBe(accepted);
});
