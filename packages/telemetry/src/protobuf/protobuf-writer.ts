/** Writes Protocol Buffers' wire format, as far as OTLP and profiles need it. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  /** What was written; valid until the next write. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  message(field: number, write: () => void): void {
    this.#key(field, 2);
    const lengthAt = this.#length;
    this.#reserve(1);
    this.#length++;
    write();
    this.#putLength(lengthAt);
  }

  text(field: number, text: string): void {
    this.#key(field, 2);
    const length = Buffer.byteLength(text);
    this.#varint(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** @param hex - two digits for each byte */
  hexBytes(field: number, hex: string): void {
    this.#key(field, 2);
    const length = hex.length / 2;
    this.#varint(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(hex, this.#length, "hex");
  }

  bool(field: number, value: boolean): void {
    this.#key(field, 0);
    this.#varint(value ? 1 : 0);
  }

  /** @param value - not negative, at most 2^31-1 */
  uint(field: number, value: number): void {
    this.#key(field, 0);
    this.#varint(value);
  }

  /** A signed whole number of 64 bits as a varint. */
  int64(field: number, value: number | bigint): void {
    this.#key(field, 0);
    if (typeof value === "number" && value >= 0) return this.#varint(value);
    let rest = BigInt.asUintN(64, BigInt(value));
    this.#reserve(10);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  fixed32(field: number, value: number): void {
    this.#key(field, 5);
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  fixed64(field: number, value: bigint): void {
    this.#key(field, 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeBigUInt64LE(value, this.#length);
  }

  sfixed64(field: number, value: number): void {
    this.#key(field, 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64LE(BigInt(value), this.#length);
  }

  double(field: number, value: number): void {
    this.#key(field, 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** @param values - not negative, at most 2^53 */
  packedUints(field: number, values: Iterable<number>): void {
    this.message(field, () => {
      for (const value of values) this.#varint(value);
    });
  }

  packedFixed64(field: number, values: Iterable<number>): void {
    this.message(field, () => {
      for (const value of values) {
        this.#reserve(8);
        this.#length = this.#bytes.writeBigUInt64LE(BigInt(value), this.#length);
      }
    });
  }

  packedDoubles(field: number, values: Iterable<number>): void {
    this.message(field, () => {
      for (const value of values) {
        this.#reserve(8);
        this.#length = this.#bytes.writeDoubleLE(value, this.#length);
      }
    });
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** One byte is there for the length; what follows moves when it takes more. */
  #putLength(lengthAt: number): void {
    const start = lengthAt + 1;
    const length = this.#length - start;
    let more = 0;
    for (let rest = length; rest > 0x7f; rest >>>= 7) more++;
    this.#reserve(more);
    if (more > 0) this.#bytes.copyWithin(start + more, start, this.#length);
    this.#length = lengthAt;
    this.#varint(length);
    this.#length = start + more + length;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
