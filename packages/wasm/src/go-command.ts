import type { AddedFunction } from "./added-functions.ts";
import { type ByteReader, fail, readByte, readCount, readU32 } from "./byte-reader.ts";
import { type ByteWriter, byteWriter, writeByte, writeBytes, writeU32, written } from "./byte-writer.ts";
import { constantI32, readConstantExpression } from "./constant-expression.ts";
import { countImports, type WasmModule } from "./module.ts";
import { decodeSection, sectionId } from "./section.ts";

/**
 * A WASI command by Go's own compiler (data-plane 1.6). It keeps the stacks of its goroutines in linear memory, so that
 * a program which waits for input can be copied and gone on with: Go's loop over the functions to run is all that is
 * needed for it.
 */
export interface GoCommand {
  /** Index of the global that holds the stack pointer. */
  readonly stackPointer: number;
  /** Index of the global that is not zero when Go gives control back. */
  readonly pause: number;
  /** Index of the imported function `fd_read`. */
  readonly read: number;
  /** Index of the type of all functions that Go's loop calls: `(func (param i32) (result i32))`. */
  readonly runType: number;
}

const wasi = "wasi_snapshot_preview1";

/** Whether the declarations are those that Go's compiler makes; `undefined` when anything is different. */
export function goCommand(module: WasmModule): GoCommand | undefined {
  const { imports, exports, globals, types } = module;
  const functions = imports.filter(({ kind }) => kind === "function");
  const read = functions.findIndex((entry) => entry.module === wasi && entry.name === "fd_read");
  const starts = exports.some(({ name, kind }) => name === "_start" && kind === "function");
  if (read < 0 || !starts || countImports(module, "global") > 0) return undefined;
  const shape = globals.map(({ type, mutable }) => (mutable ? type : "constant"));
  if (shape.join() !== "i32,i64,i64,i64,i64,i64,i64,i32") return undefined;
  const runType = types.findIndex(
    (type) => type.kind === "function" && type.parameters.join() === "i32" && type.results.join() === "i32",
  );
  return runType < 0 ? undefined : { stackPointer: 0, pause: 7, read, runType };
}

/** Where Go puts its functions into the table. */
const firstElement = 4096;

/**
 * Index in the table of a function, in the one segment that Go makes; `undefined` for other segments, or when the
 * function does not stand there exactly once.
 * @throws {WasmError} `WASM_TRUNCATED`, `WASM_MALFORMED`
 */
export function goTableIndex(module: WasmModule, functionIndex: number): number | undefined {
  return decodeSection<number | undefined>(module, sectionId.element, undefined, (reader) => {
    const indices = readOnlySegment(reader);
    const at = indices?.indexOf(functionIndex) ?? -1;
    return at < 0 || indices?.indexOf(functionIndex, at + 1) !== -1 ? undefined : firstElement + at;
  });
}

function readOnlySegment(reader: ByteReader): number[] | undefined {
  const isOnly = readCount(reader, "element segments") === 1 && readByte(reader) === 0;
  const offset = isOnly ? constantI32(reader.bytes, readConstantExpression(reader)) : undefined;
  if (offset !== firstElement) {
    reader.offset = reader.end;
    return undefined;
  }
  const indices: number[] = [];
  for (let count = readCount(reader, "elements"); count > 0; count--) indices.push(readU32(reader));
  return reader.offset === reader.end ? indices : fail(reader, "element section is longer than its content");
}

/**
 * The function that goes on with a Go program: Go's own loop, which calls the function whose place stands below the stack
 * pointer until there is a pause.
 */
export function resumeFunction(go: GoCommand): AddedFunction {
  return { type: [0x60, 0, 0], write: (writer) => writeResumeFunction(writer, go) };
}

function writeResumeFunction(writer: ByteWriter, { stackPointer, pause, runType }: GoCommand): void {
  const body = byteWriter();
  const belowStackPointer = (): void => {
    writeByte(body, 0x23); // global.get $stackPointer
    writeU32(body, stackPointer);
    writeBytes(body, [0x41, 8, 0x6b]); // i32.const 8, i32.sub
  };
  writeBytes(body, [0, 0x03, 0x40]); // no locals; loop
  belowStackPointer();
  writeBytes(body, [0x2f, 0, 0]); // i32.load16_u: the block to go on with
  belowStackPointer();
  writeBytes(body, [0x28, 0, 2]); // i32.load offset=2: the function
  writeByte(body, 0x11); // call_indirect
  writeU32(body, runType);
  writeBytes(body, [0, 0x1a]); // table 0; drop
  writeByte(body, 0x23); // global.get $pause
  writeU32(body, pause);
  writeBytes(body, [0x45, 0x0d, 0, 0x0b, 0x0b]); // i32.eqz, br_if 0, end, end
  writeU32(writer, body.length);
  writeBytes(writer, written(body));
}
