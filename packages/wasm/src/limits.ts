import { type ByteReader, fail, readByte, readU32, readU64, unsupported } from "./byte-reader.ts";
import { type ByteWriter, writeByte, writeU32 } from "./byte-writer.ts";

/** Of a memory in pages, of a table in elements. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly shared: boolean;
  /** Whether addresses are 64-bit numbers. */
  readonly is64: boolean;
  /** Of a memory: bytes in a page, 65536 but for the custom page sizes proposal. */
  readonly pageBytes: number;
}

/** Of every memory without a page size of its own. */
export const standardPageBytes = 65_536;

const flag = { maximum: 1, shared: 2, is64: 4, pageSize: 8 } as const;

/** @throws {WasmError} `WASM_TRUNCATED`, `WASM_MALFORMED`, `WASM_UNSUPPORTED` for flags it does not know */
export function readLimits(reader: ByteReader): Limits {
  const flags = readByte(reader);
  if (flags > 15) unsupported(`unknown limits flags 0x${flags.toString(16)}`);
  const is64 = (flags & flag.is64) !== 0;
  // Numbers this large are refused by every engine: rounding them changes nothing.
  const read = (): number => (is64 ? Number(readU64(reader)) : readU32(reader));
  const minimum = read();
  const maximum = (flags & flag.maximum) === 0 ? undefined : read();
  if (maximum !== undefined && maximum < minimum)
    fail(reader, `maximum ${maximum} is below minimum ${minimum}`);
  const pageBytes = (flags & flag.pageSize) === 0 ? standardPageBytes : readPageBytes(reader);
  return { minimum, maximum, shared: (flags & flag.shared) !== 0, is64, pageBytes };
}

function readPageBytes(reader: ByteReader): number {
  const log2 = readU32(reader);
  return log2 <= 16 ? 2 ** log2 : fail(reader, `page size of 2^${log2} bytes`);
}

/** Writes limits below 2^32; those of a plain memory need `minimum` and `maximum` only. */
export function writeLimits(
  writer: ByteWriter,
  { minimum, maximum, shared = false, is64 = false, pageBytes = standardPageBytes }: LimitsInput,
): void {
  const hasPageSize = pageBytes !== standardPageBytes;
  writeByte(
    writer,
    (maximum === undefined ? 0 : flag.maximum) |
      (shared ? flag.shared : 0) |
      (is64 ? flag.is64 : 0) |
      (hasPageSize ? flag.pageSize : 0),
  );
  writeU32(writer, minimum);
  if (maximum !== undefined) writeU32(writer, maximum);
  if (hasPageSize) writeU32(writer, Math.log2(pageBytes));
}

type LimitsInput = Pick<Limits, "minimum" | "maximum"> & Partial<Limits>;
