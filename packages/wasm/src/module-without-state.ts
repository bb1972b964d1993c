import { writeBytes } from "./byte-writer.ts";
import { encodeList, encodeModule, writeImport, writeMemoryImport } from "./encode.ts";
import { WasmError } from "./errors.ts";
import { originalBody } from "./extend-list.ts";
import { readModule, type WasmModule } from "./module.ts";
import { sectionId, sectionOrder } from "./section.ts";
import type { ValueType } from "./value-type.ts";

/** A constant expression that is zero, with its `end`. */
const zeroOf = new Map<ValueType, readonly number[]>([
  ["i32", [0x41, 0, 0x0b]],
  ["i64", [0x42, 0, 0x0b]],
  ["f32", [0x43, 0, 0, 0, 0, 0x0b]],
  ["f64", [0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b]],
]);

/**
 * A restorable module without what a snapshot of its instance holds: no data, no start function, mutable globals at zero,
 * and a memory of any size. Its instances are of use once memory and mutable globals are written. Modules that have
 * the code of one engine, each with its own program in the data, become equal by this: an engine like V8 compiles and keeps
 * equal modules once.
 *
 * Not every module is one without its data: instructions that read data segments make the result invalid, as compiling
 * it tells.
 * @param wasm - as `rewriteForRuntime` made it for `restore`
 * @throws {WasmError} `WASM_UNSUPPORTED` for a mutable global that is no number; the codes of `readModule`
 */
export function moduleWithoutState(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const module = readModule(wasm);
  const replaced = new Map<number, Uint8Array | undefined>([
    [sectionId.import, module.imports.length === 0 ? undefined : importsOf(module)],
    [sectionId.global, module.globals.length === 0 ? undefined : globalsOf(module)],
    [sectionId.start, undefined],
    [sectionId.data, undefined],
    [sectionId.dataCount, undefined],
  ]);
  return encodeModule(
    sectionOrder.flatMap((id) => {
      const body = replaced.has(id) ? replaced.get(id) : originalBody(module, id);
      return body === undefined ? [] : [{ id, body }];
    }),
  );
}

function importsOf({ imports, bytes }: WasmModule): Uint8Array {
  return encodeList(imports, (writer, entry) => {
    if (entry.kind !== "memory") return writeImport(writer, bytes, entry);
    writeMemoryImport(writer, { ...entry, memory: { ...entry.memory, minimum: 0 } });
  });
}

function globalsOf({ globals, bytes }: WasmModule): Uint8Array {
  return encodeList(globals, (writer, { start, type, mutable, initialiser }) => {
    writeBytes(writer, bytes.subarray(start, initialiser.start));
    writeBytes(writer, mutable ? zero(type) : bytes.subarray(initialiser.start, initialiser.end));
  });
}

function zero(type: ValueType): readonly number[] {
  const expression = zeroOf.get(type);
  if (expression !== undefined) return expression;
  throw new WasmError(`a mutable global of type ${type}`, { code: "WASM_UNSUPPORTED" });
}
