import { byteWriter, encodeModule, writeBytes, writeName, written } from "@kubewarden-ts/wasm";
import { expect, it } from "vitest";
import { accepted, addInnocent, addPolicy, hostilePool, run } from "./hostile-pool.ts";

function withNames(...parts: readonly (number | string)[]): Uint8Array {
  const writer = byteWriter();
  for (const part of parts) {
    if (typeof part === "string") writeName(writer, part);
    else writeBytes(writer, [part]);
  }
  return written(writer);
}

/**
 * Makes arrays of 64 KiB, which live in the heap of the engine and not in the guest's memory, until there is no more room; its
 * call has the type `(i32, i32) -> i32`. The assembler of the other tests knows no collected types.
 */
const heapEater = encodeModule([
  // (array (mut i8)), (array (mut (ref null 0))), (func (param i32 i32) (result i32))
  { id: 1, body: Uint8Array.from([3, 0x5e, 0x78, 1, 0x5e, 0x63, 0, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f]) },
  { id: 3, body: Uint8Array.from([1, 2]) },
  { id: 5, body: Uint8Array.from([1, 0, 1]) },
  { id: 7, body: withNames(2, "memory", 2, 0, "__guest_call", 0, 0) },
  {
    id: 10,
    body: Uint8Array.from([
      ...[1, 44, 2, 1, 0x63, 1, 1, 0x7f], // locals: (ref null 1), i32
      ...[0x41, 0xa0, 0x8d, 0x06, 0xfb, 7, 1, 0x21, 2], // an array of 100000 arrays
      ...[0x03, 0x40, 0x20, 2, 0x20, 3], // loop, the array, the index
      ...[0x41, 0x80, 0x80, 0x04, 0xfb, 7, 0, 0xfb, 0x0e, 1], // array.new_default of 65536, array.set
      ...[0x20, 3, 0x41, 1, 0x6a, 0x21, 3, 0x0c, 0, 0x0b], // index + 1, br, end
      ...[0x41, 1, 0x0b],
    ]),
  },
]);

it("a guest that fills the heap of its worker fails alone: those beside it are answered", async () => {
  await using pool = await hostilePool({ limits: { maxOutputBytes: 1024 } });
  expect(WebAssembly.validate(heapEater)).toBe(true);
  const [eater, innocent] = [await addPolicy(pool, heapEater), await addInnocent(pool)];
  const eaten = run(pool, eater, { limitMs: 2000 });
  const others = Array.from({ length: 10 }, () => run(pool, innocent));
  expect(new Set(await Promise.all(others))).toEqual(new Set([accepted]));
  // Where the engine tries for long to find room, the time is over first.
  expect(await eaten).toMatch(/^(failed .*memory limit|timed-out$)/);
  expect(await run(pool, innocent)).toBe(accepted);
});
