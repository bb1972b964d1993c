import { gzipSync } from "node:zlib";
import { ProtobufWriter } from "@kubewarden-ts/telemetry/protobuf";

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
  const writer = new ProtobufWriter();
  const tables = createTables(writer);
  const writeType = (field: number, { type, unit }: ValueType): void =>
    writer.message(field, () => {
      writer.uint(1, tables.text(type));
      writer.uint(2, tables.text(unit));
    });
  for (const type of valueTypes) writeType(1, type);
  for (const { stack, values, thread } of samples) {
    writer.message(2, () => {
      writer.packedUints(1, stack.map(tables.location));
      writer.packedUints(2, values);
      writer.message(3, () => {
        writer.uint(1, tables.text("thread"));
        writer.uint(2, tables.text(thread));
      });
    });
  }
  writer.int64(9, BigInt(Math.round(timeMs)) * 1_000_000n);
  writer.int64(10, Math.round(durationMs * 1e6));
  writeType(11, period);
  writer.int64(12, period.value);
  // last: everything above may add to them
  tables.write();
  return gzipSync(writer.finish());
}

/** Strings, functions and places stand once in a profile, and are named by number. */
function createTables(writer: ProtobufWriter) {
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
  const writePlace = (id: number, { name, file, line }: Frame): void => {
    writer.message(4, () => {
      writer.uint(1, id);
      writer.message(4, () => {
        writer.uint(1, id);
        writer.uint(2, line);
      });
    });
    writer.message(5, () => {
      writer.uint(1, id);
      writer.uint(2, text(name));
      writer.uint(3, text(name));
      writer.uint(4, text(file));
      writer.uint(5, line);
    });
  };
  const write = (): void => {
    for (const { id, frame } of frames.values()) writePlace(id, frame);
    for (const value of texts.keys()) writer.text(6, value);
  };
  return { text, location, write };
}
