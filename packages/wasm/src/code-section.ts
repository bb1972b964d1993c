import type { AddedFunction, AddedFunctionsCode } from "./added-functions.ts";
import { bulkStandIns } from "./bulk-operations.ts";
import { byteReader, fail, isAtEnd, readCount } from "./byte-reader.ts";
import { type ByteWriter, byteWriter, writeBytes, writeU32, written } from "./byte-writer.ts";
import { rewriteFunctions } from "./function-bodies.ts";
import { type GoCommand, resumeFunction } from "./go-command.ts";
import { growFunction } from "./grow-function.ts";
import { countImports, memoryGlobals, type WasmModule } from "./module.ts";
import { findSection, sectionId } from "./section.ts";

/** A code section for the runtime. */
export interface RewrittenCode extends AddedFunctionsCode {
  readonly kind: "rewritten";
  /** Of a Go command: the functions that read, by their index. */
  readonly readers: readonly number[];
}

/** Why a module cannot be restored. */
export interface UnsuitableCode {
  readonly kind: "unsuitable";
  readonly reason: string;
}

interface FreshUse {
  readonly kind: "fresh";
}

interface RestoreUse {
  readonly kind: "restore";
  /** What the memory may grow to; `undefined` for a module without memory. */
  readonly maximumPages: number | undefined;
  readonly go: GoCommand | undefined;
}

/**
 * Rewrites the code section. Instructions that move much at once become calls of functions added behind the module's own,
 * see `bulkStandIns`. To be restored, `memory.size` also becomes a read of the global behind the module's own, and
 * `memory.grow` a call of the first function added; a Go command gets the function that goes on with it, behind that.
 * @throws {WasmError} `WASM_UNSUPPORTED` at an instruction that it does not know: what that may do to a thread is not known
 *   either; `WASM_TRUNCATED`, `WASM_MALFORMED`, `WASM_LIMIT`
 */
export function rewriteCode(module: WasmModule, use: FreshUse): RewrittenCode;
export function rewriteCode(module: WasmModule, use: RestoreUse): RewrittenCode | UnsuitableCode;
export function rewriteCode(module: WasmModule, use: FreshUse | RestoreUse): RewrittenCode | UnsuitableCode {
  const section = findSection(module, sectionId.code);
  const empty = { bytes: new Uint8Array(1), start: 0, end: 1 };
  const { bytes, start, end } = section === undefined ? empty : { bytes: module.bytes, ...section };
  const reader = byteReader(bytes, { start, end });
  const count = readCount(reader, "function bodies");
  if (count !== module.functions.length)
    fail(reader, `${module.functions.length} functions, ${count} bodies`);

  const first = countImports(module, "function");
  const restoring = addedForRestoring(module, use);
  const standIns = bulkStandIns(module, first + count + restoring.length);
  const callers = new Set<number>();
  const bodies = byteWriter(Math.ceil((end - start) * 1.02) + 1024);
  const reason = rewriteFunctions(reader, {
    ...{ count, writer: bodies, standIns, isRestored: use.kind === "restore" },
    memory:
      use.kind === "fresh" || use.maximumPages === undefined
        ? undefined
        : { sizeGlobal: memoryGlobals(module).size, growFunction: first + count },
    watch: use.kind === "fresh" ? undefined : use.go && { callee: use.go.read, callers },
  });
  if (reason !== undefined) return { kind: "unsuitable", reason };
  if (!isAtEnd(reader)) fail(reader, "code section is longer than its content");
  const added = [...restoring, ...standIns.functions];
  for (const { write } of added) write(bodies);
  return {
    kind: "rewritten",
    body: section === undefined && added.length === 0 ? undefined : withCount(count + added.length, bodies),
    addedTypes: added.map(({ type }) => type),
    readers: Array.from(callers, (index) => first + index),
  };
}

function addedForRestoring(module: WasmModule, use: FreshUse | RestoreUse): AddedFunction[] {
  if (use.kind === "fresh" || use.maximumPages === undefined) return [];
  const grow = growFunction(memoryGlobals(module), use.maximumPages);
  return use.go === undefined ? [grow] : [grow, resumeFunction(use.go)];
}

function withCount(count: number, bodies: ByteWriter): Uint8Array<ArrayBuffer> {
  const writer = byteWriter(bodies.length + 5);
  writeU32(writer, count);
  writeBytes(writer, written(bodies));
  return written(writer);
}
