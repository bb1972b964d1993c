import { addedExports } from "./added-exports.ts";
import { rewriteCode } from "./code-section.ts";
import type { Export } from "./export.ts";
import { freshModule, type LoweredLimits } from "./fresh-module.ts";
import { type GoCommand, goCommand, goTableIndex } from "./go-command.ts";
import type { ExternalKind } from "./import.ts";
import { type Isolation, refuseUnlimited, whyFresh } from "./isolation.ts";
import { type BoundedLimits, limitMemories, limitTables } from "./memory-limit.ts";
import { allMemories, allTables, countImports, readModule, type WasmModule } from "./module.ts";
import { type ImportedMemory, type Restorable, restorableModule } from "./restorable-module.ts";
import { unusedName } from "./unused-name.ts";
import type { NumberType } from "./value-type.ts";

/** A module made ready for the policy runtime, see `rewriteForRuntime`. */
export interface RewrittenModule {
  /** Ready to compile; without custom sections. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly isolation: Isolation;
  /** What the host has to make and import; absent when instances are fresh, and without memory. */
  readonly memory: ImportedMemory | undefined;
  /** Whether the original exports a memory named `memory`. */
  readonly exportsMemory: boolean;
  /** Every mutable global of the module itself, to be written back; none when instances are fresh. */
  readonly globals: readonly { readonly exportName: string; readonly type: NumberType }[];
  /** The tables of the module itself; none when instances are fresh. */
  readonly tables: readonly { readonly exportName: string }[];
  /** Export name of the i32 global that holds the size of the memory in pages, as the guest sees it. */
  readonly virtualPages: string | undefined;
  /** Export name of the i32 global that is 1 when the guest asked for more memory than it may have. */
  readonly memoryRefused: string | undefined;
  /** How a command by Go's compiler is gone on with, once it waits for input; absent for every other module. */
  readonly goResume: GoResume | undefined;
  /** Of the original module. */
  readonly imports: readonly {
    readonly module: string;
    readonly name: string;
    readonly kind: ExternalKind;
  }[];
  /** Of the original module. */
  readonly exports: readonly { readonly name: string; readonly kind: ExternalKind }[];
}

/** What is needed to go on with a Go program that was copied while it waited for its first input. */
export interface GoResume {
  /** Export name of the function that runs Go's loop. */
  readonly exportName: string;
  /** Export name of the i32 global that holds the stack pointer. */
  readonly stackPointer: string;
  /** Index in the table of the one function that reads. */
  readonly readerIndex: number;
}

/**
 * Rewrites a module so that one instance can serve many evaluations, restored after each, and so that its memory
 * stays below a limit (data-plane 1.3, 1.5).
 *
 * For `restore`, the memory becomes an import, under the module's own name for it if it was one; mutable globals
 * and tables are exported under names that start with `kubewarden:`; `memory.size` reads a global and `memory.grow`
 * calls a function that keeps within the limit, so that the host can set the size back although memories never
 * shrink. Where that would not restore everything, the isolation is `fresh` with the reason, and the maxima of its
 * memories and tables are lowered. Either way, instructions that move much at once are done in pieces, so that a thread
 * can always be ended.
 * @param options.maxPages - what all memories of one instance may take, in pages of 64 KiB
 * @throws {WasmError} `WASM_MEMORY_LIMIT` when the module starts with more memory, `WASM_LIMIT` with too large tables;
 *   `WASM_UNSUPPORTED` for types whose objects cannot be limited and for unknown instructions; the other codes as `readModule`
 */
export function rewriteForRuntime(bytes: Uint8Array, { maxPages }: { maxPages: number }): RewrittenModule {
  const module = readModule(bytes);
  const memories = limitMemories(allMemories(module), maxPages);
  const tables = limitTables(allTables(module));
  refuseUnlimited(module);
  const reason = whyFresh(module);
  if (reason !== undefined) return fresh(module, { memories, tables }, reason);
  const memory = importedMemory(module, memories[0]);
  const go = memory === undefined ? undefined : goCommand(module);
  const code = rewriteCode(module, { kind: "restore", maximumPages: memory?.maximumPages, go });
  if (code.kind === "unsuitable") return fresh(module, { memories, tables }, code.reason);
  return restorable(module, { code, memory, go: go && { ...go, readers: code.readers } });
}

function fresh(module: WasmModule, limits: LoweredLimits, reason: string): RewrittenModule {
  return {
    ...describe(module),
    wasm: freshModule(module, limits, rewriteCode(module, { kind: "fresh" })),
    isolation: { kind: "fresh", reason },
    memory: undefined,
    globals: [],
    tables: [],
    virtualPages: undefined,
    memoryRefused: undefined,
    goResume: undefined,
  };
}

function restorable(
  module: WasmModule,
  { code, memory, go }: Pick<Restorable, "code" | "memory"> & { go: (GoCommand & GoReaders) | undefined },
): RewrittenModule {
  const { globals, tables, memory: size } = addedExports(module, memory !== undefined);
  const resume = go && goResume(module, go, globals);
  const exports = [
    ...globals,
    ...tables,
    ...(size === undefined ? [] : [size.pages, size.refused]),
    ...(resume === undefined ? [] : [resume.export]),
  ];
  return {
    ...describe(module),
    wasm: restorableModule(module, { exports, code, memory }),
    isolation: { kind: "restore" },
    memory,
    globals: globals.map(({ name, type }) => ({ exportName: name, type })),
    tables: tables.map(({ name }) => ({ exportName: name })),
    virtualPages: size?.pages.name,
    memoryRefused: size?.refused.name,
    goResume: resume?.description,
  };
}

/** What the caller has to know of the original. */
function describe({
  imports,
  exports,
}: WasmModule): Pick<RewrittenModule, "exportsMemory" | "imports" | "exports"> {
  return {
    exportsMemory: exports.some(({ kind, name }) => kind === "memory" && name === "memory"),
    imports: imports.map(({ module, name, kind }) => ({ module, name, kind })),
    exports: exports.map(({ name, kind }) => ({ name, kind })),
  };
}

function importedMemory(
  { imports }: WasmModule,
  limits: BoundedLimits | undefined,
): ImportedMemory | undefined {
  if (limits === undefined) return undefined;
  const own = imports.find(({ kind }) => kind === "memory");
  const module = "kubewarden";
  const isUsed = (name: string): boolean =>
    imports.some((entry) => entry.module === module && entry.name === name);
  return {
    import:
      own === undefined
        ? { module, name: unusedName("memory", isUsed) }
        : { module: own.module, name: own.name },
    initialPages: limits.minimum,
    maximumPages: limits.maximum,
  };
}

interface GoReaders {
  /** Functions that call `fd_read`. */
  readonly readers: readonly number[];
}

/** Nothing where more than one function reads, or the table does not hold it as Go's compiler puts it there. */
function goResume(
  module: WasmModule,
  { readers: [reader, ...others], stackPointer }: GoCommand & GoReaders,
  globals: readonly Export[],
): { export: Export; description: GoResume } | undefined {
  if (reader === undefined || others.length > 0) return undefined;
  const readerIndex = goTableIndex(module, reader);
  const pointer = globals.find(({ index }) => index === stackPointer);
  if (readerIndex === undefined || pointer === undefined) return undefined;
  // Behind the module's own functions stands the one that grows the memory, then this one.
  const index = countImports(module, "function") + module.functions.length + 1;
  const isUsed = (name: string): boolean => module.exports.some((entry) => entry.name === name);
  const name = unusedName("kubewarden:resume", isUsed);
  return {
    export: { name, kind: "function", index },
    description: { exportName: name, stackPointer: pointer.name, readerIndex },
  };
}
