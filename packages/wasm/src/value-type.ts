import { type ByteReader, readByte, readS33, unsupported } from "./byte-reader.ts";
import { type ByteWriter, writeByte, writeS32 } from "./byte-writer.ts";

/** A reference type in the text format: a shorthand such as `funcref`, or `(ref 5)`, `(ref null extern)`. */
export type ReferenceType = `${string}ref` | `(ref ${string})`;
/** A value type in the text format. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | ReferenceType;

/** The byte of each number type. */
export const numberTypeByte = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;
export type NumberType = keyof typeof numberTypeByte;

const numericTypes = new Map<number, ValueType>([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
]);

const shorthands = new Map<number, ReferenceType>([
  [0x70, "funcref"],
  [0x6f, "externref"],
  [0x69, "exnref"],
  [0x6e, "anyref"],
  [0x6d, "eqref"],
  [0x6c, "i31ref"],
  [0x6b, "structref"],
  [0x6a, "arrayref"],
  [0x71, "nullref"],
  [0x72, "nullexternref"],
  [0x73, "nullfuncref"],
  [0x74, "nullexnref"],
]);

const abstractHeapTypes = new Map<number, string>([
  [0x70, "func"],
  [0x6f, "extern"],
  [0x69, "exn"],
  [0x6e, "any"],
  [0x6d, "eq"],
  [0x6c, "i31"],
  [0x6b, "struct"],
  [0x6a, "array"],
  [0x71, "none"],
  [0x72, "noextern"],
  [0x73, "nofunc"],
  [0x74, "noexn"],
]);

const nullableReference = 0x63;
const nonNullReference = 0x64;

/** Whether a byte starts a value type that this package knows. */
export function startsValueType(byte: number): boolean {
  return (
    numericTypes.has(byte) || shorthands.has(byte) || byte === nullableReference || byte === nonNullReference
  );
}

/** @throws {WasmError} `WASM_UNSUPPORTED` for a type it does not know, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readValueType(reader: ByteReader): ValueType {
  const byte = readByte(reader);
  return numericTypes.get(byte) ?? referenceType(reader, byte);
}

/** @throws {WasmError} as `readValueType` */
export function readReferenceType(reader: ByteReader): ReferenceType {
  return referenceType(reader, readByte(reader));
}

function referenceType(reader: ByteReader, byte: number): ReferenceType {
  if (byte === nullableReference) return `(ref null ${readHeapType(reader)})`;
  if (byte === nonNullReference) return `(ref ${readHeapType(reader)})`;
  return shorthands.get(byte) ?? unsupported(`unknown value type 0x${byte.toString(16)}`);
}

/** What a reference points to: a type index, or a word such as `func`. @throws {WasmError} as `readValueType` */
export function readHeapType(reader: ByteReader): string {
  const value = readS33(reader);
  if (value >= 0) return String(value);
  const word = value >= -0x40 ? abstractHeapTypes.get(value & 0x7f) : undefined;
  return word ?? unsupported(`unknown heap type ${value}`);
}

/** Writes a type that `readReferenceType` gave. */
export function writeReferenceType(writer: ByteWriter, type: ReferenceType): void {
  const [, isNullable, heapType = ""] = /^\(ref (null )?(.+)\)$/.exec(type) ?? [];
  if (heapType === "") return writeByte(writer, byteOf(shorthands, type));
  writeByte(writer, isNullable ? nullableReference : nonNullReference);
  if (/^\d/.test(heapType)) writeS32(writer, Number(heapType));
  else writeByte(writer, byteOf(abstractHeapTypes, heapType));
}

function byteOf(names: ReadonlyMap<number, string>, name: string): number {
  for (const [byte, known] of names) if (known === name) return byte;
  throw new TypeError(`${name} is no type`);
}

const collected =
  /^(?:any|eq|i31|struct|array|null)ref$|^\(ref (?:null )?(?:any|eq|i31|struct|array|none)\)$/;

/** Whether values of the type may be objects of the engine's garbage collector. Type indexes are not looked up. */
export function isGarbageCollected(type: ValueType): boolean {
  return collected.test(type);
}

/** Whether the type is one that a host can read and write in a global without loss. */
export function isNumberType(type: ValueType): type is NumberType {
  return Object.hasOwn(numberTypeByte, type);
}
