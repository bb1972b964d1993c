import type { AddedFunction } from "./added-functions.ts";
import { byteReader, fail, readU32 } from "./byte-reader.ts";
import {
  type ByteWriter,
  byteWriter,
  writeByte,
  writeBytes,
  writeS32,
  writeU32,
  written,
} from "./byte-writer.ts";
import { WasmError } from "./errors.ts";
import { opcode } from "./instruction.ts";
import { allMemories, allTables, type WasmModule } from "./module.ts";
import { writeReferenceType } from "./value-type.ts";

/** What is moved at once, well below a millisecond each. */
const chunk = { memory: 16_384, table: 64 } as const;

const most = 10_000;

/** Functions that stand in for instructions which move much at once, made as the code asks for them. */
export interface BulkStandIns {
  readonly functions: readonly AddedFunction[];
  /**
   * @param range - where the instruction stands in the bytes of the module
   * @returns the index of the function that stands in for it
   * @throws {WasmError} `WASM_LIMIT` for more different ones than any compiler makes, `WASM_MALFORMED`
   */
  readonly indexOf: (code: number, range: { readonly start: number; readonly end: number }) => number;
}

/** Whether an instruction is one that gets a function in its place. */
export function isBulkOperation(code: number): boolean {
  return operations.has(code);
}

/**
 * The engine looks for a request to end only now and then, and never within an instruction. One that moves gigabytes, in a
 * loop or thousands of times in a row, would keep a thread for hours after its time. Therefore a function takes the place
 * of each, which moves a little at a time, in a loop where the engine looks.
 *
 * Where something reaches beyond the end, what is before it is written before the trap; nobody sees it, as an instance
 * that trapped is thrown away.
 * @param firstIndex - index of the first function that is added
 */
export function bulkStandIns(module: WasmModule, firstIndex: number): BulkStandIns {
  const functions: AddedFunction[] = [];
  const indices = new Map<string, number>();
  const spaces = { memory: allMemories(module), table: allTables(module) };
  return {
    functions,
    indexOf(code, range) {
      const instruction = module.bytes.subarray(range.start, range.end);
      const key = instruction.join();
      const known = indices.get(key);
      if (known !== undefined) return known;
      if (functions.length >= most) {
        throw new WasmError(`more than ${most} different instructions that move memory or tables`, {
          code: "WASM_LIMIT",
        });
      }
      const index = firstIndex + functions.length;
      functions.push(standIn(instruction, code, spaces));
      indices.set(key, index);
      return index;
    },
  };
}

interface Operation {
  readonly space: "memory" | "table";
  readonly kind: "init" | "copy" | "fill";
}

const operations = new Map<number, Operation>([
  [opcode.memoryInit, { space: "memory", kind: "init" }],
  [opcode.memoryCopy, { space: "memory", kind: "copy" }],
  [opcode.memoryFill, { space: "memory", kind: "fill" }],
  [opcode.tableInit, { space: "table", kind: "init" }],
  [opcode.tableCopy, { space: "table", kind: "copy" }],
  [opcode.tableFill, { space: "table", kind: "fill" }],
]);

interface Spaces {
  readonly memory: ReturnType<typeof allMemories>;
  readonly table: ReturnType<typeof allTables>;
}

/** Which memories or tables an instruction names; each but `init` names its target first. */
function named(instruction: Uint8Array, kind: Operation["kind"]): { target: number; source: number } {
  const reader = byteReader(instruction, { start: 1, end: instruction.length });
  readU32(reader); // the opcode behind its prefix
  const first = readU32(reader);
  const second = kind === "fill" ? first : readU32(reader);
  return kind === "init" ? { target: second, source: first } : { target: first, source: second };
}

function standIn(instruction: Uint8Array, code: number, spaces: Spaces): AddedFunction {
  const { space, kind } = operations.get(code) ?? unknown(code);
  const { target, source } = named(instruction, kind);
  const at = addressOf(spaces, space, target, instruction);
  const from = kind === "copy" ? addressOf(spaces, space, source, instruction) : i32;
  const length = kind === "init" || (kind === "copy" && from === i32) ? i32 : at;
  return {
    type: standInType(at, kind === "fill" && space === "table" ? spaces.table[target] : from, length),
    write: (writer) =>
      writeStandIn(writer, {
        ...{ instruction, at, from, length, chunk: chunk[space] },
        sourceMoves: kind !== "fill",
        mayOverlap: kind === "copy" && target === source,
      }),
  };
}

function unknown(code: number): never {
  throw new TypeError(`0x${code.toString(16)} moves nothing`);
}

/** How to calculate with a number of a type. */
interface Arithmetic {
  readonly type: number;
  readonly constant: number;
  readonly add: number;
  readonly subtract: number;
  readonly isGreater: number;
}

const i32: Arithmetic = { type: 0x7f, constant: 0x41, add: 0x6a, subtract: 0x6b, isGreater: 0x4b };
const i64: Arithmetic = { type: 0x7e, constant: 0x42, add: 0x7c, subtract: 0x7d, isGreater: 0x56 };

function addressOf(spaces: Spaces, space: "memory" | "table", index: number, at: Uint8Array): Arithmetic {
  const limits = space === "memory" ? spaces.memory[index] : spaces.table[index]?.limits;
  if (limits === undefined) return fail(byteReader(at), `no such ${space}`);
  return limits.is64 ? i64 : i32;
}

function standInType(
  at: Arithmetic,
  second: Arithmetic | Spaces["table"][number] | undefined,
  length: Arithmetic,
): Uint8Array {
  const writer = byteWriter();
  writeBytes(writer, [0x60, 3, at.type]);
  if (second !== undefined && "element" in second) writeReferenceType(writer, second.element);
  else writeByte(writer, (second ?? i32).type);
  writeBytes(writer, [length.type, 0]);
  return written(writer);
}

interface StandIn {
  readonly instruction: Uint8Array;
  readonly at: Arithmetic;
  readonly from: Arithmetic;
  readonly length: Arithmetic;
  /** The length above which it is done in pieces of this length. */
  readonly chunk: number;
  /** Whether the second parameter is a place, which moves on, and not what to fill with. */
  readonly sourceMoves: boolean;
  /** Whether the pieces have to be taken from the end when the target is behind the source. */
  readonly mayOverlap: boolean;
}

const [at, from, length] = [0, 1, 2]; // the parameters
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];

function writeStandIn(writer: ByteWriter, standIn: StandIn): void {
  const { instruction, mayOverlap } = standIn;
  const forwards = loop(standIn, [
    ...[get(at), get(from), piece(standIn, standIn.length), instruction].flatMap((part) => [...part]),
    ...move(standIn, at, standIn.at),
    ...(standIn.sourceMoves ? move(standIn, from, standIn.from) : []),
    ...shorten(standIn),
  ]);
  const backwards = loop(standIn, [
    ...shorten(standIn),
    ...[...get(at), ...get(length), standIn.at.add, ...get(from), ...get(length), standIn.from.add],
    ...[...piece(standIn, standIn.length), ...instruction],
  ]);
  const isBehind = [...get(at), ...get(from), standIn.at.isGreater];
  const body = [
    0, // no locals
    ...isLong(standIn),
    ...[0x04, 0x40], // if
    ...(mayOverlap ? [...isBehind, 0x04, 0x40, ...backwards, 0x05, ...forwards, 0x0b] : forwards),
    0x0b,
    ...[...get(at), ...get(from), ...get(length), ...instruction, 0x0b],
  ];
  writeU32(writer, body.length);
  writeBytes(writer, body);
}

function piece({ chunk }: StandIn, { constant }: Arithmetic): number[] {
  const writer = byteWriter();
  writeByte(writer, constant);
  writeS32(writer, chunk);
  return [...written(writer)];
}

function isLong(standIn: StandIn): number[] {
  return [...get(length), ...piece(standIn, standIn.length), standIn.length.isGreater];
}

function loop(standIn: StandIn, body: readonly number[]): number[] {
  return [0x03, 0x40, ...body, ...isLong(standIn), 0x0d, 0, 0x0b];
}

function move(standIn: StandIn, local: number, arithmetic: Arithmetic): number[] {
  return [...get(local), ...piece(standIn, arithmetic), arithmetic.add, ...set(local)];
}

function shorten(standIn: StandIn): number[] {
  const { length: arithmetic } = standIn;
  return [...get(length), ...piece(standIn, arithmetic), arithmetic.subtract, ...set(length)];
}
