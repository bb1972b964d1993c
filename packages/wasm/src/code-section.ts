import { byteReader, fail, isAtEnd, readCount } from "./byte-reader.ts";
import { byteWriter, writeU32, written } from "./byte-writer.ts";
import { WasmError } from "./errors.ts";
import { rewriteFunctions } from "./function-bodies.ts";
import { type GoCommand, writeResumeFunction } from "./go-command.ts";
import { writeGrowFunction } from "./grow-function.ts";
import { countImports, memoryGlobals, type WasmModule } from "./module.ts";
import { findSection, sectionId } from "./section.ts";

/** A code section for a restorable module, or why it cannot be one. */
export type RewrittenCode =
  | {
      readonly kind: "rewritten";
      readonly body: Uint8Array | undefined;
      /** Of a Go command: the functions that read, by their index. */
      readonly readers: readonly number[];
    }
  | { readonly kind: "unsuitable"; readonly reason: string };

/**
 * Rewrites the code section: `memory.size` becomes a read of the global behind the module's own, `memory.grow` a
 * call of a function added behind them. A Go command also gets the function that goes on with it, behind that.
 * @param maximumPages - what the memory may grow to; `undefined` for a module without memory, which gets no function
 * @throws {WasmError} `WASM_TRUNCATED`, `WASM_MALFORMED`, `WASM_LIMIT`
 */
export function rewriteCode(
  module: WasmModule,
  maximumPages: number | undefined,
  go?: GoCommand | undefined,
): RewrittenCode {
  const section = findSection(module, sectionId.code);
  const empty = { bytes: new Uint8Array(1), start: 0, end: 1 };
  const { bytes, start, end } = section === undefined ? empty : { bytes: module.bytes, ...section };
  const reader = byteReader(bytes, { start, end });
  const count = readCount(reader, "function bodies");
  if (count !== module.functions.length)
    fail(reader, `${module.functions.length} functions, ${count} bodies`);

  const added = (maximumPages === undefined ? 0 : 1) + (go === undefined ? 0 : 1);
  const writer = byteWriter(Math.ceil((end - start) * 1.02) + 1024);
  writeU32(writer, count + added);
  const globals = memoryGlobals(module);
  const memory = { sizeGlobal: globals.size, growFunction: countImports(module, "function") + count };
  const callers = new Set<number>();
  const reason = unsupportedAsReason(() =>
    rewriteFunctions(reader, {
      ...{ count, writer, memory: maximumPages === undefined ? undefined : memory },
      watch: go && { callee: go.read, callers },
    }),
  );
  if (reason !== undefined) return { kind: "unsuitable", reason };
  if (!isAtEnd(reader)) fail(reader, "code section is longer than its content");
  if (maximumPages !== undefined) writeGrowFunction(writer, globals, maximumPages);
  if (go !== undefined) writeResumeFunction(writer, go);
  const first = countImports(module, "function");
  return {
    kind: "rewritten",
    body: section === undefined && added === 0 ? undefined : written(writer),
    readers: Array.from(callers, (index) => first + index),
  };
}

/** What this package does not know is no error here: the engine may know it, and fresh instances need no rewriting. */
function unsupportedAsReason(find: () => string | undefined): string | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof WasmError && error.code === "WASM_UNSUPPORTED") return error.message;
    throw error;
  }
}
