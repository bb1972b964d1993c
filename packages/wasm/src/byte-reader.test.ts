import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ByteReader,
  byteReader,
  readName,
  readS32,
  readS33,
  readS64,
  readU32,
  readU64,
  skipS64,
} from "./byte-reader.ts";
import { byteWriter, u32Length, writeName, writeS32, writeS64, writeU32, written } from "./byte-writer.ts";

const readers = { readU32, readU64, readS32, readS33, readS64, skipS64, readName };

describe("numbers and names", () => {
  it.each<[keyof typeof readers, number[], unknown]>([
    ["readU32", [0x00], 0],
    ["readU32", [0x7f], 127],
    ["readU32", [0xe5, 0x8e, 0x26], 624485],
    ["readU32", [0x80, 0x80, 0x80, 0x80, 0x00], 0],
    ["readU32", [0xff, 0xff, 0xff, 0xff, 0x0f], 0xffffffff],
    ["readU64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 0xffffffffffffffffn],
    ["readS32", [0x3f], 63],
    ["readS32", [0x40], -64],
    ["readS32", [0xc0, 0xbb, 0x78], -123456],
    ["readS32", [0xff, 0xff, 0xff, 0xff, 0x07], 0x7fffffff],
    ["readS32", [0x80, 0x80, 0x80, 0x80, 0x78], -0x80000000],
    ["readS33", [0xff, 0xff, 0xff, 0xff, 0x0f], 0xffffffff],
    ["readS64", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f], -(1n << 63n)],
    ["readName", [2, 0xc3, 0xa4], "ä"],
    ["readName", [3, 0xef, 0xbb, 0xbf], "\ufeff"],
  ])("%s reads %j", (name, bytes, expected) => {
    const reader = byteReader(Uint8Array.from(bytes));
    expect(readers[name](reader)).toEqual(expected);
    expect(reader.offset).toBe(bytes.length);
  });

  it.each<[string, keyof typeof readers, number[], string]>([
    ["nothing", "readU32", [], "WASM_TRUNCATED"],
    ["half a number", "readU32", [0x80], "WASM_TRUNCATED"],
    ["33 bits", "readU32", [0xff, 0xff, 0xff, 0xff, 0x1f], "WASM_MALFORMED"],
    ["six bytes", "readU32", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "WASM_MALFORMED"],
    ["65 bits", "readU64", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02], "WASM_MALFORMED"],
    ["a positive number above 31 bits", "readS32", [0x80, 0x80, 0x80, 0x80, 0x08], "WASM_MALFORMED"],
    ["a sign that is not extended", "readS32", [0x80, 0x80, 0x80, 0x80, 0x70], "WASM_MALFORMED"],
    ["a negative number below 33 bits", "readS33", [0x80, 0x80, 0x80, 0x80, 0x60], "WASM_MALFORMED"],
    ["eleven bytes", "readS64", [...Array(10).fill(0x80), 0x00], "WASM_MALFORMED"],
    ["a sign that is not extended", "readS64", [...Array(9).fill(0x80), 0x01], "WASM_MALFORMED"],
    ["a sign that is not extended", "skipS64", [...Array(9).fill(0x80), 0x01], "WASM_MALFORMED"],
    ["a name that is not UTF-8", "readName", [1, 0xff], "WASM_MALFORMED"],
    ["a name beyond the end", "readName", [2, 0x61], "WASM_TRUNCATED"],
  ])("refuses %s (%s)", (_row, name, bytes, code) => {
    expect(() => readers[name](byteReader(Uint8Array.from(bytes)))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it("reads back what the writer wrote", () => {
    const through = <T>(
      write: (writer: ReturnType<typeof byteWriter>) => void,
      read: (reader: ByteReader) => T,
    ) => {
      const writer = byteWriter(1);
      write(writer);
      const reader = byteReader(written(writer));
      const value = read(reader);
      expect(reader.offset).toBe(writer.length);
      return value;
    };
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(0xffffffff),
        fc.bigInt(-(1n << 63n), (1n << 63n) - 1n),
        fc.string(),
        (s32, u32, s64, name) => {
          expect(through((writer) => writeS32(writer, s32), readS32)).toBe(s32);
          expect(through((writer) => writeU32(writer, u32), readU32)).toBe(u32);
          expect(through((writer) => writeS64(writer, s64), readS64)).toBe(s64);
          expect(through((writer) => writeName(writer, name.toWellFormed()), readName)).toBe(
            name.toWellFormed(),
          );
          const writer = byteWriter();
          writeU32(writer, u32);
          expect(u32Length(u32)).toBe(writer.length);
        },
      ),
    );
  });
});
