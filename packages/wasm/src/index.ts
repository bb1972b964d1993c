export {
  type ByteRange,
  type ByteReader,
  byteReader,
  isAtEnd,
  readByte,
  readBytes,
  readName,
  readS32,
  readS64,
  readU32,
} from "./byte-reader.ts";
export {
  type ByteWriter,
  byteWriter,
  writeByte,
  writeBytes,
  writeName,
  writeS32,
  writeS64,
  writeU32,
  written,
} from "./byte-writer.ts";
export { constantI32 } from "./constant-expression.ts";
export { customSections, setCustomSection } from "./custom-section.ts";
export { dataSegments } from "./data-segments.ts";
export {
  type ActiveDataSegment,
  encodeCustomSection,
  encodeList,
  encodeModule,
  encodeU32,
  type SectionContent,
  writeActiveDataSegment,
  writeExport,
  writeGlobalType,
  writeI32Global,
  writeI32Initialiser,
  writeImport,
} from "./encode.ts";
export { WasmError, type WasmErrorCode } from "./errors.ts";
export type { Export } from "./export.ts";
export type { CollectedType, FunctionType, RelatedType, TypeDefinition } from "./function-type.ts";
export type { Global, GlobalType } from "./global.ts";
export type { ExternalKind, Import, ImportType } from "./import.ts";
export type { Isolation } from "./isolation.ts";
export { type Limits, writeLimits } from "./limits.ts";
export { countImports, readModule, type WasmModule } from "./module.ts";
export { moduleWithoutState } from "./module-without-state.ts";
export { type ImportName, renameImports } from "./rename-imports.ts";
export type { ImportedMemory } from "./restorable-module.ts";
export { type GoResume, type RewrittenModule, rewriteForRuntime } from "./rewrite-for-runtime.ts";
export {
  findSection,
  readSections,
  type Section,
  type SectionedModule,
  sectionBody,
  sectionId,
} from "./section.ts";
export type { TableType } from "./table.ts";
export type { NumberType, ReferenceType, ValueType } from "./value-type.ts";
