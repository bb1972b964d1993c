import {
  type ByteRange,
  type ByteReader,
  fail,
  readByte,
  readList,
  readName,
  readU32,
  unsupported,
} from "./byte-reader.ts";
import { type GlobalType, readGlobalType } from "./global.ts";
import { type Limits, readLimits } from "./limits.ts";
import { readTableType, type TableType } from "./table.ts";

/** What can be imported or exported, in the order of the format's numbers. */
export const externalKinds = ["function", "table", "memory", "global", "tag"] as const;
export type ExternalKind = (typeof externalKinds)[number];

/** What an import has to be. */
export type ImportType =
  | { readonly kind: "function"; readonly typeIndex: number }
  | { readonly kind: "table"; readonly table: TableType }
  | { readonly kind: "memory"; readonly memory: Limits }
  | { readonly kind: "global"; readonly global: GlobalType }
  | { readonly kind: "tag"; readonly typeIndex: number };

/** One import; the range is that of its type, behind its two names, in the module's bytes. */
export type Import = ImportType & ByteRange & { readonly module: string; readonly name: string };

/** The body of the import section. @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readImports(reader: ByteReader): Import[] {
  return readList(reader, "imports", readImport);
}

function readImport(reader: ByteReader): Import {
  const module = readName(reader);
  const name = readName(reader);
  const start = reader.offset;
  const type = readImportType(reader);
  return { module, name, ...type, start, end: reader.offset };
}

function readImportType(reader: ByteReader): ImportType {
  const kind = readExternalKind(reader);
  switch (kind) {
    case "function":
      return { kind, typeIndex: readU32(reader) };
    case "table":
      return { kind, table: readTableType(reader) };
    case "memory":
      return { kind, memory: readLimits(reader) };
    case "global":
      return { kind, global: readGlobalType(reader) };
    case "tag":
      return { kind, typeIndex: readTag(reader) };
  }
}

/** @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED` */
export function readExternalKind(reader: ByteReader): ExternalKind {
  const byte = readByte(reader);
  return externalKinds[byte] ?? unsupported(`unknown kind 0x${byte.toString(16)} of an import or export`);
}

/** @returns the index of its type @throws {WasmError} `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readTag(reader: ByteReader): number {
  if (readByte(reader) !== 0) fail(reader, "tag with an attribute other than 0");
  return readU32(reader);
}
