/** A buffer that grows as it is written to. */
export interface ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  /** How many bytes of `bytes` are written. */
  length: number;
}

const utf8 = new TextEncoder();

/** An empty writer. @param capacityBytes - what is expected to be written; more is fine */
export function byteWriter(capacityBytes = 64): ByteWriter {
  return { bytes: new Uint8Array(capacityBytes), length: 0 };
}

/** What has been written, not copied. */
export function written(writer: ByteWriter): Uint8Array<ArrayBuffer> {
  return writer.bytes.subarray(0, writer.length);
}

export function writeByte(writer: ByteWriter, byte: number): void {
  reserve(writer, 1);
  writer.bytes[writer.length++] = byte;
}

export function writeBytes(writer: ByteWriter, bytes: Uint8Array | readonly number[]): void {
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

/** An unsigned 32-bit number in LEB128. */
export function writeU32(writer: ByteWriter, value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    writeByte(writer, (rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  writeByte(writer, rest);
}

/** A signed 32-bit number in LEB128; an unsigned one is taken as its two's complement. */
export function writeS32(writer: ByteWriter, value: number): void {
  let rest = value | 0;
  while (rest < -0x40 || rest >= 0x40) {
    writeByte(writer, (rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  writeByte(writer, rest & 0x7f);
}

/** A signed 64-bit number in LEB128; an unsigned one is taken as its two's complement. */
export function writeS64(writer: ByteWriter, value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  while (rest < -0x40n || rest >= 0x40n) {
    writeByte(writer, Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  writeByte(writer, Number(rest & 0x7fn));
}

/** A name: its length in bytes, then UTF-8. */
export function writeName(writer: ByteWriter, name: string): void {
  const bytes = utf8.encode(name);
  writeU32(writer, bytes.length);
  writeBytes(writer, bytes);
}

/** How many bytes `writeU32` writes for a number. */
export function u32Length(value: number): number {
  let length = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length++;
  return length;
}

/** All parts, one behind the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function reserve(writer: ByteWriter, length: number): void {
  const needed = writer.length + length;
  if (needed <= writer.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed, writer.bytes.length * 2));
  grown.set(written(writer));
  writer.bytes = grown;
}
