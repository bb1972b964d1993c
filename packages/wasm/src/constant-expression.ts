import { type ByteRange, type ByteReader, byteReader, isAtEnd, readByte, readS32 } from "./byte-reader.ts";
import { opcode, readInstruction } from "./instruction.ts";

/**
 * Moves behind a constant expression: what initialises a global or places a segment.
 * @returns where it stands, its `end` instruction included
 * @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED`
 */
export function readConstantExpression(reader: ByteReader): ByteRange {
  const start = reader.offset;
  // No block may stand in one, so the first `end` is the last.
  while (readInstruction(reader) !== opcode.end);
  return { start, end: reader.offset };
}

/** The value of an expression that is one `i32.const`, else `undefined`. */
export function constantI32(bytes: Uint8Array, range: ByteRange): number | undefined {
  const reader = byteReader(bytes, range);
  if (readByte(reader) !== 0x41) return undefined;
  const value = readS32(reader);
  return readByte(reader) === opcode.end && isAtEnd(reader) ? value : undefined;
}
