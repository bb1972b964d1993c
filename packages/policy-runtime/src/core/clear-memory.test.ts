import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assemble } from "../../../../tests/support/text-guest.ts";
import { binary, chunkBytes, createClearMemory } from "./clear-memory.ts";

describe("createClearMemory", () => {
  it("is what its text says", () => {
    const text = readFileSync(new URL("clear-memory.wat", import.meta.url), "utf8");
    expect(Buffer.from(assemble(text)).toString("base64")).toBe(binary);
  });

  it("clears every byte between two addresses, and no other", () => {
    const chunks = 32;
    const memory = new WebAssembly.Memory({ initial: (chunks * chunkBytes) / 65_536 });
    const clear = createClearMemory(memory);
    const bytes = new Uint8Array(memory.buffer);
    const place = fc.nat(chunks);
    const dirt = fc.array(
      fc.record({ at: fc.nat(chunks * chunkBytes - 1), byte: fc.integer({ min: 1, max: 255 }) }),
    );
    fc.assert(
      fc.property(place, place, dirt, (one, other, dirty) => {
        bytes.fill(0);
        for (const { at, byte } of dirty) bytes[at] = byte;
        const [start, end] = [Math.min(one, other) * chunkBytes, Math.max(one, other) * chunkBytes];
        const expected = bytes.slice().fill(0, start, end);
        clear(start, end);
        expect(Buffer.compare(bytes, expected)).toBe(0);
      }),
    );
  });

  it("finds each single byte of a chunk", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const clear = createClearMemory(memory);
    const bytes = new Uint8Array(memory.buffer);
    for (let at = 0; at < chunkBytes; at++) {
      bytes[at] = 1;
      clear(0, chunkBytes);
      expect(bytes[at]).toBe(0);
    }
  });

  it("goes on when the memory has grown", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const clear = createClearMemory(memory);
    clear(0, 65_536);
    memory.grow(1);
    const bytes = new Uint8Array(memory.buffer).fill(7);
    clear(65_536, 131_072);
    expect([bytes[65_535], bytes[65_536], bytes[131_071]]).toEqual([7, 0, 0]);
  });
});
