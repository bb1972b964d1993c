import { type ByteRange, type ByteReader, fail, readByte, readList } from "./byte-reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { readValueType, type ValueType } from "./value-type.ts";

export interface GlobalType {
  readonly type: ValueType;
  readonly mutable: boolean;
}

/** A global of the module itself. */
export interface Global extends GlobalType {
  /** Where its type stands in the module's bytes; the initial value follows. */
  readonly start: number;
  /** Where its initial value stands, a constant expression with its `end`, in the module's bytes. */
  readonly initialiser: ByteRange;
}

/** @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readGlobalType(reader: ByteReader): GlobalType {
  const type = readValueType(reader);
  const mutability = readByte(reader);
  if (mutability > 1) fail(reader, `global with mutability ${mutability}`);
  return { type, mutable: mutability === 1 };
}

/** The body of the global section. @throws {WasmError} as `readGlobalType` */
export function readGlobals(reader: ByteReader): Global[] {
  return readList(reader, "globals", () => ({
    start: reader.offset,
    ...readGlobalType(reader),
    initialiser: readConstantExpression(reader),
  }));
}
