import { type BulkStandIns, isBulkOperation } from "./bulk-operations.ts";
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

/** An instruction of the code that another one takes the place of. */
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

/** What is replaced in function bodies, and what is noted of them. */
export interface BodyRewriting {
  /** What `memory.size` and `memory.grow` become; `undefined` where no memory is there to be restored. */
  readonly memory: VirtualMemory | undefined;
  /** What takes the place of instructions that move much at once. */
  readonly standIns: BulkStandIns;
  /** Whether the module will be restored: then an instruction that forbids it ends the rewriting. */
  readonly isRestored: boolean;
  readonly watch: CallWatch | undefined;
}

/**
 * Copies the function bodies of a code section, with instructions replaced. Bodies that need none replaced are copied byte
 * for byte, in runs.
 * @param reader - behind the number of functions
 * @returns why the module cannot be restored, at the first instruction that says so
 * @throws {WasmError} `WASM_UNSUPPORTED` at an instruction it does not know; `WASM_TRUNCATED`, `WASM_MALFORMED`
 */
export function rewriteFunctions(
  reader: ByteReader,
  { count, writer, ...rewriting }: BodyRewriting & { readonly count: number; readonly writer: ByteWriter },
): string | undefined {
  const { bytes } = reader;
  let copied = reader.offset;
  for (let index = 0; index < count; index++) {
    const start = reader.offset;
    const size = readU32(reader);
    const body = readRange(reader, size);
    const bodyStart = body.offset;
    const patches: Patch[] = [];
    const reason = scanFunction(body, rewriting, { patches, index });
    if (reason !== undefined) return reason;
    if (patches.length === 0) continue;
    writeBytes(writer, bytes.subarray(copied, start));
    writePatched(writer, { bytes, start: bodyStart, end: body.end }, patches);
    copied = body.end;
  }
  writeBytes(writer, bytes.subarray(copied, reader.offset));
  return undefined;
}

function scanFunction(
  reader: ByteReader,
  { memory, standIns, isRestored, watch }: BodyRewriting,
  { patches, index }: { patches: Patch[]; index: number },
): string | undefined {
  if (skipLocals(reader) && isRestored) return whyFreshInstruction(opcode.collectedType);
  let code = -1;
  while (!isAtEnd(reader)) {
    const start = reader.offset;
    code = readInstruction(reader);
    if (code === opcode.memorySize || code === opcode.memoryGrow) {
      if (isRestored) patches.push(patch(reader, { code, start, memory }));
    } else if (code === call && watch !== undefined) {
      const callee = readU32({ bytes: reader.bytes, offset: start + 1, end: reader.end });
      if (callee === watch.callee) watch.callers.add(index);
    } else if (isSuspicious(code)) {
      const reason = isRestored ? whyFreshInstruction(code) : undefined;
      if (reason !== undefined) return reason;
      const range = { start, end: reader.offset };
      if (isBulkOperation(code))
        patches.push({ ...range, opcode: call, index: standIns.indexOf(code, range) });
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
