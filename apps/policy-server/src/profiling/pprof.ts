import { gzipSync } from "node:zlib";

/** A function of a stack. */
export interface Frame {
  readonly name: string;
  /** Where it is from, as V8 names it; empty for what is no script. */
  readonly file: string;
  /** Counted from 1; 0 when it is not known. */
  readonly line: number;
}

export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

export interface Sample {
  /** The innermost function first. */
  readonly stack: readonly Frame[];
  /** One for each type of value of the profile. */
  readonly values: readonly number[];
  readonly thread: string;
}

/** A profile as the tool `pprof` shows it. */
export interface Pprof {
  readonly valueTypes: readonly ValueType[];
  readonly samples: readonly Sample[];
  /** When it began, in milliseconds since 1970. */
  readonly timeMs: number;
  readonly durationMs: number;
  /** What lies between two samples. */
  readonly period: ValueType & { readonly value: number };
}

/** Writes a profile in pprof's format: the message `perftools.profiles.Profile` of profile.proto, compressed by gzip. */
export function encodePprof({ valueTypes, samples, timeMs, durationMs, period }: Pprof): Uint8Array {
  const tables = createTables();
  const { text } = tables;
  const type = (value: ValueType): Uint8Array => message([1, text(value.type)], [2, text(value.unit)]);
  const fields: Field[] = [
    ...valueTypes.map((value): Field => [1, type(value)]),
    ...samples.map(({ stack, values, thread }): Field => {
      const label = message([1, text("thread")], [2, text(thread)]);
      return [2, message([1, packed(stack.map(tables.location))], [2, packed(values)], [3, label])];
    }),
    [9, BigInt(Math.round(timeMs)) * 1_000_000n],
    [10, Math.round(durationMs * 1e6)],
    [11, type(period)],
    [12, period.value],
  ];
  return gzipSync(message(...fields, ...tables.fields()));
}

/** Strings, functions and places stand once in a profile, and are named by number. */
function createTables() {
  const texts = new Map<string, number>([["", 0]]);
  const frames = new Map<string, { id: number; frame: Frame }>();
  const text = (value: string): number => {
    const known = texts.get(value) ?? texts.size;
    texts.set(value, known);
    return known;
  };
  const location = (frame: Frame): number => {
    const key = `${frame.name}\n${frame.file}\n${frame.line}`;
    const known = frames.get(key) ?? { id: frames.size + 1, frame };
    frames.set(key, known);
    return known.id;
  };
  const fields = (): Field[] => [
    ...[...frames.values()].flatMap(({ id, frame: { name, file, line } }): Field[] => [
      [4, message([1, id], [4, message([1, id], [2, line])])],
      [5, message([1, id], [2, text(name)], [3, text(name)], [4, text(file)], [5, line])],
    ]),
    // last: everything above may add to it
    ...[...texts.keys()].map((value): Field => [6, Buffer.from(value)]),
  ];
  return { text, location, fields };
}

/** Number of a field, and what it holds: an integer, or bytes. */
type Field = readonly [number, number | bigint | Uint8Array];

function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(([number, value]) =>
      value instanceof Uint8Array
        ? [varint((number << 3) | 2), varint(value.length), value]
        : [varint(number << 3), varint(value)],
    ),
  );
}

function packed(values: readonly number[]): Uint8Array {
  return Buffer.concat(values.map(varint));
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
