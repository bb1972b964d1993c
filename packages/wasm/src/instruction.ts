import {
  type ByteReader,
  fail,
  readByte,
  readCount,
  readS32,
  readS33,
  readU32,
  skipBytes,
  skipS64,
  unsupported,
} from "./byte-reader.ts";
import {
  atomicOpcodes,
  bulkOpcodes,
  collectorOpcodes,
  immediate,
  singleOpcodes,
  vectorOpcodes,
} from "./opcodes.ts";
import { isGarbageCollected, readHeapType, readValueType, startsValueType } from "./value-type.ts";

/** The opcodes that somebody asks for. One behind a prefix counts as `prefix * 0x1000 + opcode`. */
export const opcode = {
  end: 0x0b,
  tableSet: 0x26,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  refEq: 0xd3,
  firstCollector: 0xfb000,
  lastCollector: 0xfbfff,
  memoryInit: 0xfc008,
  dataDrop: 0xfc009,
  memoryCopy: 0xfc00a,
  memoryFill: 0xfc00b,
  tableInit: 0xfc00c,
  elemDrop: 0xfc00d,
  tableCopy: 0xfc00e,
  tableGrow: 0xfc00f,
  tableFill: 0xfc011,
  firstAtomic: 0xfe000,
  lastAtomic: 0xfefff,
  /** Stands for an instruction that mentions a garbage-collected type. */
  collectedType: 0x100000,
} as const;

/**
 * Moves behind one instruction.
 * @returns its opcode, see `opcode`
 * @throws {WasmError} `WASM_UNSUPPORTED` for an instruction or type it does not know: `unknown instruction 0xff`;
 *   `WASM_TRUNCATED`, `WASM_MALFORMED`
 */
export function readInstruction(reader: ByteReader): number {
  const first = readByte(reader);
  const kind = singleOpcodes[first] ?? immediate.unknown;
  if (kind === immediate.none) return first;
  if (kind === immediate.prefix) return readPrefixed(reader, first);
  if (kind === immediate.unknown) unsupported(`unknown instruction ${hex(first)}`);
  return skipImmediates(reader, kind) ? opcode.collectedType : first;
}

const prefixed = new Map([
  [0xfb, collectorOpcodes],
  [0xfc, bulkOpcodes],
  [0xfd, vectorOpcodes],
  [0xfe, atomicOpcodes],
]);

function readPrefixed(reader: ByteReader, prefix: number): number {
  const second = readU32(reader);
  const kind = prefixed.get(prefix)?.[second];
  if (!kind) unsupported(`unknown instruction ${hex(prefix)} ${hex(second)}`);
  skipImmediates(reader, kind);
  return prefix * 0x1000 + second;
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, "0")}`;
}

/** @returns whether a garbage-collected type is among them */
function skipImmediates(reader: ByteReader, kind: number): boolean {
  switch (kind) {
    case immediate.indexPair:
      readU32(reader);
      readU32(reader);
      return false;
    case immediate.index:
      readU32(reader);
      return false;
    case immediate.s32:
      readS32(reader);
      return false;
    case immediate.s64:
      skipS64(reader);
      return false;
    case immediate.memoryArgument:
      skipMemoryArgument(reader);
      return false;
    case immediate.memoryArgumentAndLane:
      skipMemoryArgument(reader);
      skipBytes(reader, 1);
      return false;
    case immediate.lane:
      skipBytes(reader, 1);
      return false;
    case immediate.fourBytes:
      skipBytes(reader, 4);
      return false;
    case immediate.eightBytes:
      skipBytes(reader, 8);
      return false;
    case immediate.sixteenBytes:
      skipBytes(reader, 16);
      return false;
    case immediate.labels:
      for (let count = readCount(reader, "labels"); count >= 0; count--) readU32(reader);
      return false;
    case immediate.blockType:
      return skipBlockType(reader);
    case immediate.types:
      return skipTypes(reader);
    case immediate.catches:
      return skipCatches(reader);
    case immediate.heapType:
      return isGarbageCollected(`(ref ${readHeapType(reader)})`);
    case immediate.cast:
      skipBytes(reader, 1);
      readU32(reader);
      readHeapType(reader);
      readHeapType(reader);
      return true;
    default:
      return false;
  }
}

function skipMemoryArgument(reader: ByteReader): void {
  const alignment = readU32(reader);
  // With several memories, bit 6 says that the index of the memory follows.
  if ((alignment & 0x40) !== 0) readU32(reader);
  readU32(reader);
}

const emptyBlockType = 0x40;

function skipBlockType(reader: ByteReader): boolean {
  const first = reader.bytes[reader.offset] ?? emptyBlockType;
  if (startsValueType(first)) return isGarbageCollected(readValueType(reader));
  if (first === emptyBlockType) skipBytes(reader, 1);
  else skipTypeIndex(reader);
  return false;
}

function skipTypeIndex(reader: ByteReader): void {
  // A signed number, so that it cannot be taken for a value type.
  const index = readS33(reader);
  if (index < 0) unsupported(`unknown block type ${index}`);
}

function skipTypes(reader: ByteReader): boolean {
  let collected = false;
  for (let count = readCount(reader, "types"); count > 0; count--) {
    if (isGarbageCollected(readValueType(reader))) collected = true;
  }
  return collected;
}

function skipCatches(reader: ByteReader): boolean {
  const collected = skipBlockType(reader);
  for (let count = readCount(reader, "catch clauses"); count > 0; count--) {
    const kind = readByte(reader);
    if (kind > 3) fail(reader, `catch clause of kind ${kind}`);
    if (kind < 2) readU32(reader); // catch and catch_ref name a tag, catch_all and catch_all_ref do not
    readU32(reader);
  }
  return collected;
}
