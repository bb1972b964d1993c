import { WasmError } from "./errors.ts";

/** A place in a byte range that moves on with each read. No read goes past `end`. */
export interface ByteReader {
  readonly bytes: Uint8Array;
  /** Of the next byte, counted from the start of `bytes`. */
  offset: number;
  /** Exclusive. */
  readonly end: number;
}

/** The `[start, end)` of something, counted from the start of the module. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

// A name that starts with a byte order mark keeps it: these are identifiers, not text files.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A reader over `bytes`, or over the given part of it. */
export function byteReader(
  bytes: Uint8Array,
  { start, end }: ByteRange = { start: 0, end: bytes.length },
): ByteReader {
  return { bytes, offset: start, end: Math.min(end, bytes.length) };
}

/** Whether everything up to `end` has been read. */
export function isAtEnd(reader: ByteReader): boolean {
  return reader.offset >= reader.end;
}

/** @throws {WasmError} `WASM_TRUNCATED` */
export function readByte(reader: ByteReader): number {
  if (reader.offset >= reader.end) throw truncated(reader);
  return reader.bytes[reader.offset++]!;
}

/** The next `length` bytes, not copied. @throws {WasmError} `WASM_TRUNCATED` */
export function readBytes(reader: ByteReader, length: number): Uint8Array {
  const start = reader.offset;
  skipBytes(reader, length);
  return reader.bytes.subarray(start, start + length);
}

/** @throws {WasmError} `WASM_TRUNCATED` */
export function skipBytes(reader: ByteReader, length: number): void {
  if (length > reader.end - reader.offset) throw truncated(reader);
  reader.offset += length;
}

/** Splits off a reader over the next `length` bytes and moves behind them. @throws {WasmError} `WASM_TRUNCATED` */
export function readRange(reader: ByteReader, length: number): ByteReader {
  const start = reader.offset;
  skipBytes(reader, length);
  return { bytes: reader.bytes, offset: start, end: start + length };
}

/** An unsigned 32-bit LEB128 number. @throws {WasmError} `WASM_TRUNCATED`, `WASM_MALFORMED` when too long or too large */
export function readU32(reader: ByteReader): number {
  const first = readByte(reader);
  if (first < 0x80) return first;
  let value = first & 0x7f;
  // Multiplied, not shifted: the fifth byte may reach beyond 32 bits, which the check below has to see.
  for (let scale = 0x80; scale <= 0x10000000; scale *= 0x80) {
    const byte = readByte(reader);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value <= 0xffffffff ? value : fail(reader, "number does not fit 32 bits");
  }
  return fail(reader, "number is longer than 5 bytes");
}

/** A signed 32-bit LEB128 number. @throws {WasmError} as `readU32` */
export function readS32(reader: ByteReader): number {
  return readSigned(reader, 0x80000000);
}

/** A signed 33-bit LEB128 number: block types and heap types. @throws {WasmError} as `readU32` */
export function readS33(reader: ByteReader): number {
  return readSigned(reader, 0x100000000);
}

function readSigned(reader: ByteReader, bound: number): number {
  let value = 0;
  for (let scale = 1; scale <= 0x10000000; scale *= 0x80) {
    const byte = readByte(reader);
    value += (byte & 0x7f) * scale;
    if (byte >= 0x80) continue;
    const signed = (byte & 0x40) === 0 ? value : value - scale * 0x80;
    return signed >= -bound && signed < bound ? signed : fail(reader, "number does not fit its type");
  }
  return fail(reader, "number is longer than 5 bytes");
}

/** A signed 64-bit LEB128 number. @throws {WasmError} as `readU32` */
export function readS64(reader: ByteReader): bigint {
  const { value, bits } = readLong(reader);
  const signed = BigInt.asIntN(bits, value);
  return BigInt.asIntN(64, signed) === signed ? signed : fail(reader, "number does not fit 64 bits");
}

/** An unsigned 64-bit LEB128 number: limits of 64-bit memories. @throws {WasmError} as `readU32` */
export function readU64(reader: ByteReader): bigint {
  const { value } = readLong(reader);
  return value < 1n << 64n ? value : fail(reader, "number does not fit 64 bits");
}

/** Skips a signed 64-bit LEB128 number without the cost of reading it. @throws {WasmError} as `readU32` */
export function skipS64(reader: ByteReader): void {
  for (let length = 1; length <= 9; length++) {
    if (readByte(reader) < 0x80) return;
  }
  const tenth = readByte(reader);
  if (tenth !== 0x00 && tenth !== 0x7f) fail(reader, "number does not fit 64 bits");
}

function readLong(reader: ByteReader): { value: bigint; bits: number } {
  let value = 0n;
  for (let bits = 7; bits <= 70; bits += 7) {
    const byte = readByte(reader);
    value |= BigInt(byte & 0x7f) << BigInt(bits - 7);
    if (byte < 0x80) return { value, bits };
  }
  return fail(reader, "number is longer than 10 bytes");
}

/** A name: its length in bytes, then UTF-8. @throws {WasmError} `WASM_TRUNCATED`, `WASM_MALFORMED` when not UTF-8 */
export function readName(reader: ByteReader): string {
  const bytes = readBytes(reader, readU32(reader));
  try {
    return utf8.decode(bytes);
  } catch {
    return fail(reader, "name is not UTF-8");
  }
}

/** More entries than any engine accepts in one section. */
const maxCount = 1_000_000;

/**
 * The number of entries of a list that follows, checked before anything is made of it: each entry takes a byte
 * or more.
 * @param what - the entries, in the plural, for the error
 * @throws {WasmError} `WASM_TRUNCATED`, `WASM_LIMIT`
 */
export function readCount(reader: ByteReader, what: string): number {
  const count = readU32(reader);
  if (count > reader.end - reader.offset) {
    throw new WasmError(`${count} ${what} do not fit into the rest of their section`, {
      code: "WASM_TRUNCATED",
    });
  }
  if (count > maxCount)
    throw new WasmError(`${count} ${what}: more than ${maxCount}`, { code: "WASM_LIMIT" });
  return count;
}

/** A list: the number of its entries, then the entries. @throws {WasmError} as `readCount` and `readEntry` */
export function readList<T>(reader: ByteReader, what: string, readEntry: (reader: ByteReader) => T): T[] {
  const count = readCount(reader, what);
  const entries: T[] = [];
  for (let index = 0; index < count; index++) entries.push(readEntry(reader));
  return entries;
}

/** Throws `WASM_MALFORMED`, naming the place. */
export function fail(reader: ByteReader, problem: string): never {
  throw new WasmError(`malformed WebAssembly module: ${problem}, at byte ${reader.offset}`, {
    code: "WASM_MALFORMED",
  });
}

/** Throws `WASM_UNSUPPORTED`; `what` alone is the message, as it is shown to people as a reason too. */
export function unsupported(what: string): never {
  throw new WasmError(what, { code: "WASM_UNSUPPORTED" });
}

function truncated(reader: ByteReader): WasmError {
  return new WasmError(`truncated WebAssembly module: something reaches beyond byte ${reader.end}`, {
    code: "WASM_TRUNCATED",
  });
}
