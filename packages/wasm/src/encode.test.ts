import { describe, expect, it } from "vitest";
import {
  encodeList,
  encodeModule,
  encodeU32,
  readModule,
  sectionId,
  writeActiveDataSegment,
  writeExport,
  writeI32Global,
  writeLimits,
} from "./index.ts";

describe("encodeModule", () => {
  it("policies-and-sdk 2.3: a snapshot's memory, global, exports, data count and data make a module", () => {
    const bytes = encodeModule([
      { id: sectionId.memory, body: encodeList([{ minimum: 2, maximum: 9 }], writeLimits) },
      { id: sectionId.global, body: encodeList([{ mutable: true, value: -5 }], writeI32Global) },
      {
        id: sectionId.export,
        body: encodeList(
          [
            { name: "memory", kind: "memory", index: 0 } as const,
            { name: "dispatch", kind: "global", index: 0 } as const,
          ],
          writeExport,
        ),
      },
      { id: sectionId.dataCount, body: encodeU32(2) },
      {
        id: sectionId.data,
        body: encodeList(
          [
            { offset: 3, content: Uint8Array.of(1, 2) },
            { offset: 70_000, content: new Uint8Array(300).fill(7) },
          ],
          writeActiveDataSegment,
        ),
      },
    ]);
    const { memory, dispatch } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    const heap = new Uint8Array(memory instanceof WebAssembly.Memory ? memory.buffer : new ArrayBuffer(0));
    expect(heap.length).toBe(2 * 65_536);
    expect([...heap.subarray(2, 6)]).toEqual([0, 1, 2, 0]);
    expect([heap[69_999], heap[70_000], heap[70_299], heap[70_300]]).toEqual([0, 7, 7, 0]);
    expect(dispatch).toMatchObject({ value: -5 });
    expect(readModule(bytes).memories).toMatchObject([{ minimum: 2, maximum: 9 }]);
  });
});
