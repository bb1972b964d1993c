import {
  type ByteReader,
  fail,
  readByte,
  readCount,
  readList,
  readU32,
  skipBytes,
  unsupported,
} from "./byte-reader.ts";
import { isGarbageCollected, readValueType, type ValueType } from "./value-type.ts";

/** A plain function type. */
export interface FunctionType {
  readonly kind: "function";
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A type of the garbage collection proposal: also a function type with supertypes or in a recursive group. */
export interface CollectedType {
  readonly kind: "collected";
}

/** An entry of the index space of types. */
export type TypeDefinition = FunctionType | CollectedType;

const form = {
  function: 0x60,
  struct: 0x5f,
  array: 0x5e,
  sub: 0x50,
  finalSub: 0x4f,
  recursiveGroup: 0x4e,
} as const;
const collectedType: CollectedType = { kind: "collected" };

/** The body of the type section. @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readTypes(reader: ByteReader): TypeDefinition[] {
  return readList(reader, "types", readTypeOrGroup).flat();
}

function readTypeOrGroup(reader: ByteReader): TypeDefinition | TypeDefinition[] {
  if (reader.bytes[reader.offset] !== form.recursiveGroup) return readType(reader);
  skipBytes(reader, 1);
  return readList(reader, "types", readType).map(() => collectedType);
}

function readType(reader: ByteReader): TypeDefinition {
  const start = readByte(reader);
  if (start === form.function) return readFunctionType(reader);
  if (start === form.sub || start === form.finalSub) {
    for (let count = readCount(reader, "supertypes"); count > 0; count--) readU32(reader);
    skipComposite(reader, readByte(reader));
  } else {
    skipComposite(reader, start);
  }
  return collectedType;
}

function readFunctionType(reader: ByteReader): FunctionType {
  const parameters = readList(reader, "parameters", readValueType);
  const results = readList(reader, "results", readValueType);
  return { kind: "function", parameters, results };
}

function skipComposite(reader: ByteReader, start: number): void {
  if (start === form.function) readFunctionType(reader);
  else if (start === form.struct) readList(reader, "fields", skipField);
  else if (start === form.array) skipField(reader);
  else unsupported(`unknown type form 0x${start.toString(16)}`);
}

const packedTypes: readonly (number | undefined)[] = [0x78, 0x77]; // i8, i16

function skipField(reader: ByteReader): void {
  if (packedTypes.includes(reader.bytes[reader.offset])) skipBytes(reader, 1);
  else readValueType(reader);
  const mutability = readByte(reader);
  if (mutability > 1) fail(reader, `field with mutability ${mutability}`);
}

/** Whether the type is one of the garbage collection proposal, or mentions one by its word. */
export function mentionsCollected(type: TypeDefinition): boolean {
  return type.kind === "collected" || [...type.parameters, ...type.results].some(isGarbageCollected);
}
