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

/** A function type with supertypes or in a recursive group, as the garbage collection proposal has them. */
export interface RelatedType {
  readonly kind: "related";
  readonly parameters: readonly ValueType[];
}

/** A structure or an array: its values are objects of the engine's garbage collector. */
export interface CollectedType {
  readonly kind: "collected";
}

/** An entry of the index space of types. */
export type TypeDefinition = FunctionType | RelatedType | CollectedType;

const form = {
  function: 0x60,
  struct: 0x5f,
  array: 0x5e,
  sub: 0x50,
  finalSub: 0x4f,
  recursiveGroup: 0x4e,
} as const;

/** The body of the type section. @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readTypes(reader: ByteReader): TypeDefinition[] {
  return readList(reader, "types", readTypeOrGroup).flat();
}

function readTypeOrGroup(reader: ByteReader): TypeDefinition | TypeDefinition[] {
  if (reader.bytes[reader.offset] !== form.recursiveGroup) return readType(reader);
  skipBytes(reader, 1);
  return readList(reader, "types", readType).map(related);
}

function readType(reader: ByteReader): TypeDefinition {
  const start = readByte(reader);
  if (start !== form.sub && start !== form.finalSub) return readPlainType(reader, start);
  for (let count = readCount(reader, "supertypes"); count > 0; count--) readU32(reader);
  return related(readPlainType(reader, readByte(reader)));
}

function related(type: TypeDefinition): TypeDefinition {
  return type.kind === "function" ? { kind: "related", parameters: type.parameters } : type;
}

function readPlainType(reader: ByteReader, start: number): FunctionType | CollectedType {
  if (start === form.function) return readFunctionType(reader);
  if (start === form.struct) readList(reader, "fields", skipField);
  else if (start === form.array) skipField(reader);
  else unsupported(`unknown type form 0x${start.toString(16)}`);
  return { kind: "collected" };
}

function readFunctionType(reader: ByteReader): FunctionType {
  const parameters = readList(reader, "parameters", readValueType);
  const results = readList(reader, "results", readValueType);
  return { kind: "function", parameters, results };
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
  return type.kind !== "function" || [...type.parameters, ...type.results].some(isGarbageCollected);
}
