import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClearMemory } from "./clear-memory.ts";
import {
  adoptSnapshot,
  isWorthRestoring,
  type Restorable,
  restoreSnapshot,
  takeSnapshot,
} from "./snapshot.ts";

const pageBytes = 65_536;
const megabyte = 1024 * 1024;

function instance(pages: number): Restorable & { bytes(): Uint8Array } {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 1000 });
  const counter = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  return {
    memory,
    exports: { counter },
    clearMemory: createClearMemory(memory),
    bytes: () => new Uint8Array(memory.buffer),
  };
}

const counterOf = ({ exports }: Restorable) => exports["counter"] as WebAssembly.Global;

/** Some bytes at some places of a memory of so many pages. */
const writes = (pages: number) =>
  fc.array(fc.record({ at: fc.nat(pages * pageBytes - 1), length: fc.nat(20_000), byte: fc.nat(255) }), {
    maxLength: 12,
  });
type Writes = ReturnType<typeof writes> extends fc.Arbitrary<infer T> ? T : never;

function scribble(bytes: Uint8Array, made: Writes): void {
  for (const { at, length, byte } of made) bytes.fill(byte, at, at + length);
}

describe("a snapshot", () => {
  it("is what an instance is put back to, and another one made equal to, whatever was written", () => {
    fc.assert(
      fc.property(writes(3), writes(3), writes(4), (before, base, after) => {
        const first = instance(3);
        scribble(first.bytes(), base);
        const like = takeSnapshot(first, ["counter"]);
        scribble(first.bytes(), before);
        counterOf(first).value = 7;
        const expected = first.bytes().slice();
        // With and without what it has in common with an earlier one.
        for (const snapshot of [takeSnapshot(first, ["counter"]), takeSnapshot(first, ["counter"], like)]) {
          const used = instance(4);
          scribble(used.bytes(), after);
          restoreSnapshot(snapshot, used);
          const fresh = instance(1);
          adoptSnapshot(structuredClone(snapshot), fresh);
          for (const restored of [used, fresh]) {
            expect(Buffer.compare(restored.bytes().subarray(0, expected.length), expected)).toBe(0);
            expect(
              restored
                .bytes()
                .subarray(expected.length)
                .every((byte) => byte === 0),
            ).toBe(true);
            expect(counterOf(restored).value).toBe(7);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("keeps what it has in common with another one once", () => {
    const program = instance(3);
    program.bytes().fill(1, 0, 2 * pageBytes);
    const like = takeSnapshot(program, []);
    program.bytes()[5000] = 2;
    const { contents } = takeSnapshot(program, [], like);
    expect(contents[0]?.length).toBe(4096);
    expect(contents[1]?.buffer).toBe(like.contents[0]?.buffer);
  });

  it("is not worth being put back to from a memory that has grown much", () => {
    const program = instance(1);
    const snapshot = takeSnapshot(program, []);
    program.memory.grow((4 * megabyte) / pageBytes);
    expect(isWorthRestoring(snapshot, program.memory)).toBe(true);
    program.memory.grow(1);
    expect(isWorthRestoring(snapshot, program.memory)).toBe(false);
  });
});
