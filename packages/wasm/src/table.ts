import { type ByteReader, readByte, readList, skipBytes, unsupported } from "./byte-reader.ts";
import { type ByteWriter, writeBytes } from "./byte-writer.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { type Limits, readLimits, writeLimits } from "./limits.ts";
import { type ReferenceType, readReferenceType } from "./value-type.ts";

export interface TableType {
  readonly element: ReferenceType;
  readonly limits: Limits;
}

/** A table of the module itself. */
export interface Table extends TableType {
  /** Where its entry of the section and the limits in it stand. */
  readonly range: TableRange;
}

interface TableRange {
  readonly start: number;
  readonly limitsStart: number;
  readonly limitsEnd: number;
  readonly end: number;
}

const withInitialiser = 0x40;

/** @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readTableType(reader: ByteReader): TableType {
  return { element: readReferenceType(reader), limits: readLimits(reader) };
}

/** The body of the table section. @throws {WasmError} as `readTableType` */
export function readTables(reader: ByteReader): Table[] {
  return readList(reader, "tables", readTable);
}

function readTable(reader: ByteReader): Table {
  const start = reader.offset;
  const isInitialised = reader.bytes[start] === withInitialiser;
  if (isInitialised) {
    skipBytes(reader, 1);
    const reserved = readByte(reader);
    if (reserved !== 0) unsupported(`unknown form 0x${reserved.toString(16)} of a table`);
  }
  const element = readReferenceType(reader);
  const limitsStart = reader.offset;
  const limits = readLimits(reader);
  const limitsEnd = reader.offset;
  if (isInitialised) readConstantExpression(reader);
  return { element, limits, range: { start, limitsStart, limitsEnd, end: reader.offset } };
}

/** Writes a table with other limits. @param bytes - what it was read from */
export function writeTable(
  writer: ByteWriter,
  bytes: Uint8Array,
  { range: { start, limitsStart, limitsEnd, end } }: Pick<Table, "range">,
  limits: Limits,
): void {
  writeBytes(writer, bytes.subarray(start, limitsStart));
  writeLimits(writer, limits);
  writeBytes(writer, bytes.subarray(limitsEnd, end));
}
