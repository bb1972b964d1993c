import { type ByteReader, fail, isAtEnd, readCount, readRange, readU32 } from "./byte-reader.ts";
import { type ByteWriter, u32Length, writeByte, writeBytes, writeU32 } from "./byte-writer.ts";
import { opcode, readInstruction } from "./instruction.ts";
import { whyFreshInstruction } from "./isolation.ts";
import { isGarbageCollected, readValueType } from "./value-type.ts";

/** What takes the place of `memory.size` and `memory.grow`. */
export interface VirtualMemory {
  readonly sizeGlobal: number;
  readonly growFunction: number;
}

/** A `memory.size` or `memory.grow` in the code. */
interface Patch {
  readonly start: number;
  readonly end: number;
  /** The instruction that takes its place. */
  readonly opcode: number;
  readonly index: number;
}

/** Functions of the module itself that call a certain function, by their place among the bodies. */
export interface CallWatch {
  readonly callee: number;
  readonly callers: Set<number>;
}

/**
 * Copies the function bodies of a code section, with every `memory.size` and `memory.grow` replaced. Bodies
 * without them are copied byte for byte, in runs.
 * @param reader - behind the number of functions
 * @returns why the module cannot be restored, at the first instruction that says so
 * @throws {WasmError} `WASM_UNSUPPORTED` at an instruction it does not know; `WASM_TRUNCATED`, `WASM_MALFORMED`
 */
export function rewriteFunctions(
  reader: ByteReader,
  { count, memory, writer, watch }: RewriteOptions,
): string | undefined {
  const { bytes } = reader;
  let copied = reader.offset;
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const size = readU32(reader);
    const body = readRange(reader, size);
    const bodyStart = body.offset;
    const patches: Patch[] = [];
    const reason = scanFunction(
      body,
      memory,
      patches,
      watch && { callee: watch.callee, seen: () => watch.callers.add(index) },
    );
    if (reason !== undefined) return reason;
    if (patches.length === 0) continue;
    writeBytes(writer, bytes.subarray(copied, start));
    writePatched(writer, { bytes, start: bodyStart, end: body.end }, patches);
    copied = body.end;
  }
  writeBytes(writer, bytes.subarray(copied, reader.offset));
  return undefined;
}

interface RewriteOptions {
  readonly count: number;
  readonly memory: VirtualMemory | undefined;
  readonly writer: ByteWriter;
  readonly watch?: CallWatch | undefined;
}

function scanFunction(
  reader: ByteReader,
  memory: VirtualMemory | undefined,
  patches: Patch[],
  watch: { readonly callee: number; readonly seen: () => void } | undefined,
): string | undefined {
  if (skipLocals(reader)) return whyFreshInstruction(opcode.collectedType);
  let code = -1;
  while (!isAtEnd(reader)) {
    const start = reader.offset;
    code = readInstruction(reader);
    if (code === opcode.memorySize || code === opcode.memoryGrow) {
      patches.push(patch(reader, { code, start, memory }));
    } else if (code === call && watch !== undefined) {
      if (readU32({ bytes: reader.bytes, offset: start + 1, end: reader.end }) === watch.callee) watch.seen();
    } else if (isSuspicious(code)) {
      const reason = whyFreshInstruction(code);
      if (reason !== undefined) return reason;
    }
  }
  return code === opcode.end ? undefined : fail(reader, "function without an end");
}

/** Leaves out nearly all instructions before anything is looked up for them. */
function isSuspicious(code: number): boolean {
  return code === opcode.tableSet || code >= opcode.refEq;
}

/** @returns whether a local has a garbage-collected type */
function skipLocals(reader: ByteReader): boolean {
  let collected = false;
  for (let groups = readCount(reader, "groups of locals"); groups > 0; groups--) {
    readU32(reader);
    if (isGarbageCollected(readValueType(reader))) collected = true;
  }
  return collected;
}

const globalGet = 0x23;
const call = 0x10;

function patch(
  reader: ByteReader,
  { code, start, memory }: { code: number; start: number; memory: VirtualMemory | undefined },
): Patch {
  // The index of the memory is the last byte of the instruction: a restored module has one memory.
  if (memory === undefined || reader.bytes[reader.offset - 1] !== 0) fail(reader, "no such memory");
  const range = { start, end: reader.offset };
  if (code === opcode.memorySize) return { ...range, opcode: globalGet, index: memory.sizeGlobal };
  return { ...range, opcode: call, index: memory.growFunction };
}

function writePatched(
  writer: ByteWriter,
  { bytes, start, end }: { bytes: Uint8Array; start: number; end: number },
  patches: readonly Patch[],
): void {
  const growth = patches.reduce(
    (sum, { start, end, index }) => sum + 1 + u32Length(index) - (end - start),
    0,
  );
  writeU32(writer, end - start + growth);
  let copied = start;
  for (const patch of patches) {
    writeBytes(writer, bytes.subarray(copied, patch.start));
    writeByte(writer, patch.opcode);
    writeU32(writer, patch.index);
    copied = patch.end;
  }
  writeBytes(writer, bytes.subarray(copied, end));
}
