import { type ByteReader, readByte, readList, skipBytes, unsupported } from "./byte-reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { type Limits, readLimits } from "./limits.ts";
import { type ReferenceType, readReferenceType } from "./value-type.ts";

export interface TableType {
  readonly element: ReferenceType;
  readonly limits: Limits;
}

const withInitialiser = 0x40;

/** @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readTableType(reader: ByteReader): TableType {
  return { element: readReferenceType(reader), limits: readLimits(reader) };
}

/** The body of the table section. @throws {WasmError} as `readTableType` */
export function readTables(reader: ByteReader): TableType[] {
  return readList(reader, "tables", readTable);
}

function readTable(reader: ByteReader): TableType {
  if (reader.bytes[reader.offset] !== withInitialiser) return readTableType(reader);
  skipBytes(reader, 1);
  const reserved = readByte(reader);
  if (reserved !== 0) unsupported(`unknown form 0x${reserved.toString(16)} of a table`);
  const type = readTableType(reader);
  readConstantExpression(reader);
  return type;
}
