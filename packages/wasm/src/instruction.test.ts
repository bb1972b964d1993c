import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import { byteReader } from "./byte-reader.ts";
import { byteWriter, writeU32, written } from "./byte-writer.ts";
import { encodeModule } from "./encode.ts";
import { readInstruction } from "./instruction.ts";
import { bulkOpcodes, immediate, singleOpcodes, vectorOpcodes } from "./opcodes.ts";
import { readSections, sectionBody } from "./section.ts";

const longZero = [0x80, 0x80, 0x80, 0x80, 0x00];
const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** Valid immediates of each kind, numbers as long as they may be: one byte less, and what follows cannot complete them. */
const fillers = new Map<number, number[]>([
  [immediate.none, []],
  [immediate.index, [0]],
  [immediate.indexPair, [0, 0]],
  [immediate.blockType, [0x40]],
  [immediate.memoryArgument, [0, ...longZero]],
  [immediate.s32, longZero],
  [immediate.s64, [0x80, 0x80, 0x80, 0x80, 0x80, ...longZero.slice(0, 4), 0x00]],
  [immediate.fourBytes, zeros(4)],
  [immediate.eightBytes, zeros(8)],
  [immediate.sixteenBytes, zeros(16)],
  [immediate.lane, [0]],
  [immediate.memoryArgumentAndLane, [0, ...longZero, 0]],
  [immediate.labels, [1, 0, 0]],
  [immediate.types, [1, 0x7f]],
  [immediate.catches, [0x40, 1, 0x02, 0]],
  [immediate.heapType, [0x70]],
]);
const fixedSizes: number[] = [immediate.fourBytes, immediate.eightBytes, immediate.sixteenBytes];

const [end, drop, unreachable] = [0x0b, 0x1a, 0x00];
const drops = [drop, drop, drop];

/** What has to stand before and behind an instruction in dead code for the whole to be valid. */
function surroundings(bytes: readonly number[]): { before: number[]; behind: number[] } {
  switch (bytes[0]) {
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x06:
    case 0x1f:
      return { before: [], behind: [end, ...drops] };
    case 0x05: // else
      return { before: [0x04, 0x40], behind: [end, ...drops] };
    case 0x07: // catch
    case 0x19: // catch_all
      return { before: [0x06, 0x40], behind: [end, ...drops] };
    case 0x09: // rethrow
      return { before: [0x06, 0x40, 0x19], behind: [...drops, end] };
    case 0x0b: // end
      return { before: [0x02, 0x40], behind: drops };
    case 0x18: // delegate
      return { before: [0x06, 0x40], behind: drops };
    case 0xd6: // br_on_non_null
      return { before: [0x02, 0x70], behind: [...drops, end, ...drops] };
    default:
      return { before: [], behind: drops };
  }
}

// One of each thing an index can name; a function that is declared, so that ref.func may name it.
const surroundingModule = await assemble(`
  (tag) (table 1 funcref) (memory 1) (global (mut i32) (i32.const 0))
  (elem declare func $f) (elem func $f) (data "")
  (func $f (local i32) data.drop 0)`);

function isValid(instruction: readonly number[]): boolean {
  const module = readSections(surroundingModule);
  const { before, behind } = surroundings(instruction);
  const body = [1, 1, 0x7f, unreachable, ...before, unreachable, ...instruction, ...behind, end];
  const code = Uint8Array.from([1, body.length, ...body]);
  return WebAssembly.validate(
    encodeModule(
      module.sections.map((section) => ({
        id: section.id,
        body: section.id === 10 ? code : sectionBody(module, section),
      })),
    ),
  );
}

/** How many bytes `readInstruction` takes, or why it takes none. */
function lengthOf(bytes: readonly number[]): number | string {
  const reader = byteReader(Uint8Array.from(bytes));
  try {
    readInstruction(reader);
    return reader.offset;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function encodeOpcode(prefix: number | undefined, opcode: number): number[] {
  const writer = byteWriter();
  writeU32(writer, opcode);
  return prefix === undefined ? [opcode] : [prefix, ...written(writer)];
}

const opcodes = [
  { prefix: undefined, kinds: singleOpcodes },
  { prefix: 0xfc, kinds: bulkOpcodes },
  { prefix: 0xfd, kinds: vectorOpcodes },
]
  .flatMap(({ prefix, kinds }) => {
    const beyond = prefix === undefined ? 0 : 8;
    return Array.from({ length: kinds.length + beyond }, (_none, opcode) => ({
      bytes: encodeOpcode(prefix, opcode),
      kind: kinds[opcode] ?? immediate.unknown,
    }));
  })
  .filter(({ kind }) => kind !== immediate.prefix);

const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16)).join(" ");

describe("readInstruction, with the engine as its oracle", () => {
  const known = opcodes.filter(({ kind }) => kind !== immediate.unknown);
  const unknown = opcodes.filter(({ kind }) => kind === immediate.unknown);

  it("takes every instruction it knows whole, and nothing behind it", () => {
    const wrong = known.filter(({ bytes, kind }) => {
      const whole = [...bytes, ...(fillers.get(kind) ?? [])];
      return lengthOf([...whole, end]) !== whole.length || !isValid(whole);
    });
    expect(wrong.map(({ bytes }) => hex(bytes))).toEqual([]);
    expect(known.length).toBeGreaterThan(450);
  });

  it("takes no byte that the engine does not need", () => {
    const wrong = known.filter(({ bytes, kind }) => {
      const filler = fillers.get(kind) ?? [];
      return filler.length > 0 && !fixedSizes.includes(kind) && isValid([...bytes, ...filler.slice(0, -1)]);
    });
    expect(wrong.map(({ bytes }) => hex(bytes))).toEqual([]);
  });

  it("refuses what it does not know, and knows all that the engine takes", () => {
    const accepted = unknown.filter(({ bytes }) => typeof lengthOf([...bytes, ...zeros(20)]) === "number");
    expect(accepted.map(({ bytes }) => hex(bytes))).toEqual([]);
    const missing = unknown.filter(({ bytes }) =>
      [...fillers.values()].some((filler) => isValid([...bytes, ...filler])),
    );
    expect(missing.map(({ bytes }) => hex(bytes))).toEqual([]);
    expect(unknown.length).toBeGreaterThan(40);
  });

  it.each<[string, number[], number | string]>([
    ["a type index as block type", [0x02, 0x80, 0x01], 3],
    ["a typed reference as block type", [0x02, 0x63, 0x05], 3],
    ["a typed reference of select", [0x1c, 1, 0x64, 0x05], 4],
    ["a memory index in a memory argument", [0x28, 0x42, 1, 3], 4],
    ["all catch clauses", [0x1f, 0x40, 4, 0, 7, 0, 1, 7, 0, 2, 0, 3, 0], 13],
    ["br_on_cast", [0xfb, 24, 3, 0, 0x70, 0x05], 6],
    [
      "an unknown catch clause",
      [0x1f, 0x40, 1, 4],
      "malformed WebAssembly module: catch clause of kind 4, at byte 4",
    ],
    ["an unknown block type", [0x02, 0x41], "unknown block type -63"],
    ["an unknown instruction", [0xff], "unknown instruction 0xff"],
    ["an unknown instruction behind a prefix", [0xfd, 0x9a, 0x01], "unknown instruction 0xfd 0x9a"],
    ["an atomic instruction", [0xfe, 0x10, 2, 0], 4],
    ["an unknown atomic instruction", [0xfe, 0x4f], "unknown instruction 0xfe 0x4f"],
    ["half an instruction", [0x43, 0, 0], "truncated WebAssembly module: something reaches beyond byte 3"],
  ])("reads %s", (_row, bytes, expected) => {
    expect(lengthOf(bytes)).toEqual(expected);
  });
});
