import { gunzipSync } from "node:zlib";

/** A profile in pprof's format, with its numbers resolved. */
export interface DecodedPprof {
  valueTypes: string[];
  samples: { stack: string[]; values: number[]; thread: string }[];
  timeNanos: bigint | undefined;
  durationNanos: bigint | undefined;
  period: string;
}

/** Reads what profile.proto describes, by the rules of the format and not by our writer. */
export function decodePprof(bytes: Uint8Array): DecodedPprof {
  const profile = fieldsOf(gunzipSync(bytes));
  const texts = profile.bytes(6).map((text) => Buffer.from(text).toString());
  const text = (index: bigint | undefined): string => texts[Number(index ?? 0n)] ?? "?";
  const messages = (number: number) => profile.bytes(number).map(fieldsOf);
  const type = (fields: Fields): string => `${text(fields.integer(1))}/${text(fields.integer(2))}`;
  const functions = new Map(messages(5).map((fields) => [fields.integer(1), fields]));
  const locations = new Map(messages(4).map((fields) => [fields.integer(1), fields]));
  const place = (id: bigint): string => {
    const line = fieldsOf(locations.get(id)?.bytes(4)[0] ?? new Uint8Array());
    const called = functions.get(line.integer(1));
    return `${text(called?.integer(2))} ${text(called?.integer(4))}:${line.integer(2) ?? 0n}`;
  };
  return {
    valueTypes: messages(1).map(type),
    samples: messages(2).map((sample) => ({
      stack: integersOf(sample.bytes(1)[0]).map(place),
      values: integersOf(sample.bytes(2)[0]).map(Number),
      thread: sample.bytes(3).map((label) => text(fieldsOf(label).integer(2)))[0] ?? "",
    })),
    timeNanos: profile.integer(9),
    durationNanos: profile.integer(10),
    period: `${messages(11).map(type)[0]} ${profile.integer(12)}`,
  };
}

interface Fields {
  integer(number: number): bigint | undefined;
  bytes(number: number): Uint8Array[];
}

function fieldsOf(message: Uint8Array): Fields {
  const found: { number: number; value: bigint | Uint8Array }[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at);
    const value = readVarint(message, tag.next);
    const [number, kind] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    if (kind !== 0 && kind !== 2) throw new Error(`unexpected wire type ${kind}`);
    const end = kind === 0 ? value.next : value.next + Number(value.value);
    if (end > message.length) throw new Error("truncated");
    found.push({ number, value: kind === 0 ? value.value : message.subarray(value.next, end) });
    at = end;
  }
  const all = (number: number) => found.filter((field) => field.number === number).map(({ value }) => value);
  return {
    integer: (number) => all(number).find((value) => typeof value === "bigint"),
    bytes: (number) => all(number).filter((value) => value instanceof Uint8Array),
  };
}

function integersOf(packed: Uint8Array = new Uint8Array()): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < packed.length; ) {
    const { value, next } = readVarint(packed, at);
    values.push(value);
    at = next;
  }
  return values;
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; next: number } {
  let value = 0n;
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("truncated");
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, next: at + 1 };
  }
}
