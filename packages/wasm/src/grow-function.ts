import type { AddedFunction } from "./added-functions.ts";
import {
  type ByteWriter,
  byteWriter,
  writeByte,
  writeBytes,
  writeS32,
  writeU32,
  written,
} from "./byte-writer.ts";

/**
 * The function that stands in for `memory.grow`: beyond `maximumPages`
 * it notes that it refused and returns -1; else it makes the memory large enough, if it is not so already since an
 * earlier call, and returns the old virtual size.
 * @param globals.size - index of the global that holds the virtual size in pages
 * @param globals.refused - index of the global that becomes 1 when memory is refused
 */
export function growFunction(globals: MemoryGlobals, maximumPages: number): AddedFunction {
  return {
    type: [0x60, 1, 0x7f, 1, 0x7f], // (func (param i32) (result i32))
    write: (writer) => writeGrowFunction(writer, globals, maximumPages),
  };
}

interface MemoryGlobals {
  readonly size: number;
  readonly refused: number;
}

function writeGrowFunction(writer: ByteWriter, globals: MemoryGlobals, maximumPages: number): void {
  const body = byteWriter();
  writeBytes(body, [1, 1, 0x7f]); // local 0: pages to add, then the new size; local 1: the old size
  writeByte(body, 0x23); // global.get $size
  writeU32(body, globals.size);
  writeBytes(body, [0x22, 1, 0x20, 0, 0x6a, 0x22, 0]); // local.tee 1, local.get 0, i32.add, local.tee 0
  writeByte(body, 0x41); // i32.const maximumPages
  writeS32(body, maximumPages);
  writeByte(body, 0x4b); // i32.gt_u
  writeBytes(body, [0x20, 0, 0x20, 1, 0x49, 0x72]); // local.get 0, local.get 1, i32.lt_u (overflow), i32.or
  writeBytes(body, [0x04, 0x40, 0x41, 1, 0x24]); // if, i32.const 1, global.set $refused
  writeU32(body, globals.refused);
  writeBytes(body, [0x41, 0x7f, 0x0f, 0x0b]); // i32.const -1, return, end
  writeBytes(body, [0x20, 0, 0x3f, 0, 0x4b, 0x04, 0x40]); // local.get 0, memory.size, i32.gt_u, if
  writeBytes(body, [0x20, 0, 0x3f, 0, 0x6b, 0x40, 0]); // local.get 0, memory.size, i32.sub, memory.grow
  writeBytes(body, [0x41, 0x7f, 0x46, 0x04, 0x40]); // i32.const -1, i32.eq, if
  writeBytes(body, [0x41, 0x7f, 0x0f, 0x0b, 0x0b]); // i32.const -1, return, end, end
  writeBytes(body, [0x20, 0, 0x24]); // local.get 0, global.set $size
  writeU32(body, globals.size);
  writeBytes(body, [0x20, 1, 0x0b]); // local.get 1, end
  writeU32(writer, body.length);
  writeBytes(writer, written(body));
}
