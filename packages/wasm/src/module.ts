import { readList, readU32 } from "./byte-reader.ts";
import { type Export, readExports } from "./export.ts";
import { readTypes, type TypeDefinition } from "./function-type.ts";
import { type Global, readGlobals } from "./global.ts";
import { type Import, readImports, readTag } from "./import.ts";
import { type Limits, readLimits } from "./limits.ts";
import { decodeSection, readSections, type SectionedModule, sectionId } from "./section.ts";
import { readTables, type Table, type TableType } from "./table.ts";

/** What a module declares. Its code, elements and data are not looked into. */
export interface WasmModule extends SectionedModule {
  readonly types: readonly TypeDefinition[];
  readonly imports: readonly Import[];
  /** Type index of each function of the module itself; imported ones come before them in the index space. */
  readonly functions: readonly number[];
  /** The module's own, without imported ones. */
  readonly tables: readonly Table[];
  /** The module's own, without imported ones. */
  readonly memories: readonly Limits[];
  /** The module's own, without imported ones. */
  readonly globals: readonly Global[];
  /** Type index of each tag of the module itself; imported ones come before them in the index space. */
  readonly tags: readonly number[];
  readonly exports: readonly Export[];
  /** Index of the function that runs at instantiation. */
  readonly start: number | undefined;
  /** Of the data-count section, which need not be there. */
  readonly dataCount: number | undefined;
}

/**
 * Reads the declarations of a module; what it takes stays proportional to `bytes`.
 * @param bytes - a module in the binary format; kept, not copied
 * @throws {WasmError} every code; the text for other files starts with `not a WebAssembly module: `
 * @example readModule(bytes).exports.some(({ name }) => name.startsWith("opa_"))
 */
export function readModule(bytes: Uint8Array): WasmModule {
  const module = readSections(bytes);
  return {
    ...module,
    types: decodeSection<TypeDefinition[]>(module, sectionId.type, [], readTypes),
    imports: decodeSection<Import[]>(module, sectionId.import, [], readImports),
    functions: decodeSection<number[]>(module, sectionId.function, [], (reader) =>
      readList(reader, "functions", readU32),
    ),
    tables: decodeSection<Table[]>(module, sectionId.table, [], readTables),
    memories: decodeSection<Limits[]>(module, sectionId.memory, [], (reader) =>
      readList(reader, "memories", readLimits),
    ),
    tags: decodeSection<number[]>(module, sectionId.tag, [], (reader) => readList(reader, "tags", readTag)),
    globals: decodeSection<Global[]>(module, sectionId.global, [], readGlobals),
    exports: decodeSection<Export[]>(module, sectionId.export, [], readExports),
    start: decodeSection<number | undefined>(module, sectionId.start, undefined, readU32),
    dataCount: decodeSection<number | undefined>(module, sectionId.dataCount, undefined, readU32),
  };
}

/** How many imports come before the module's own entries in the index space of a kind. */
export function countImports({ imports }: Pick<WasmModule, "imports">, kind: Import["kind"]): number {
  return imports.filter((entry) => entry.kind === kind).length;
}

/** All memories of the index space, imported ones first. */
export function allMemories({ imports, memories }: WasmModule): Limits[] {
  return [...imports.flatMap((entry) => (entry.kind === "memory" ? [entry.memory] : [])), ...memories];
}

/** All tables of the index space, imported ones first. */
export function allTables({ imports, tables }: WasmModule): TableType[] {
  return [...imports.flatMap((entry) => (entry.kind === "table" ? [entry.table] : [])), ...tables];
}

/**
 * Indices of the two globals behind the module's own that a restorable module with memory has: the virtual size of the
 * memory, and whether more was refused.
 */
export function memoryGlobals(module: WasmModule): { size: number; refused: number } {
  const size = countImports(module, "global") + module.globals.length;
  return { size, refused: size + 1 };
}
