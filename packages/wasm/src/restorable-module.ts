import { byteReader, readU32 } from "./byte-reader.ts";
import { type ByteWriter, byteWriter, writeBytes, writeU32, written } from "./byte-writer.ts";
import {
  encodeList,
  encodeModule,
  writeExport,
  writeI32Global,
  writeImport,
  writeMemoryImport,
} from "./encode.ts";
import type { Export } from "./export.ts";
import { resumeFunctionType } from "./go-command.ts";
import { growFunctionType } from "./grow-function.ts";
import type { WasmModule } from "./module.ts";
import { findSection, type SectionedModule, sectionBody, sectionId, sectionOrder } from "./section.ts";

/** The memory of a restorable module, which its host makes. */
export interface ImportedMemory {
  readonly import: { readonly module: string; readonly name: string };
  readonly initialPages: number;
  readonly maximumPages: number;
}

/** What a restorable module has other than the original. */
export interface Restorable {
  readonly exports: readonly Export[];
  readonly code: Uint8Array | undefined;
  readonly memory: ImportedMemory | undefined;
  /** One more function, without parameters and results, is the last of the code. */
  readonly hasResume: boolean;
}

/**
 * Puts a restorable module together: everything is the original's but the memory, which becomes an import, one
 * more function (with its type) and two more globals, and the exports added. Custom sections are dropped.
 */
export function restorableModule(
  module: WasmModule,
  { exports, code, memory, hasResume }: Restorable,
): Uint8Array<ArrayBuffer> {
  const replaced = new Map<number, Uint8Array | undefined>([
    [sectionId.export, extendList(module, sectionId.export, exports, writeExport)],
    [sectionId.code, code],
  ]);
  if (memory !== undefined) {
    const typeCount = module.types.length;
    const types = hasResume ? [growFunctionType, resumeFunctionType] : [growFunctionType];
    const functions = hasResume ? [typeCount, typeCount + 1] : [typeCount];
    const size = { mutable: true, value: memory.initialPages };
    const refused = { mutable: true, value: 0 };
    replaced.set(sectionId.type, extendList(module, sectionId.type, types, writeBytes));
    replaced.set(sectionId.import, importSection(module, memory));
    replaced.set(sectionId.function, extendList(module, sectionId.function, functions, writeU32));
    replaced.set(sectionId.memory, undefined);
    replaced.set(sectionId.global, extendList(module, sectionId.global, [size, refused], writeI32Global));
  }
  return encodeModule(
    sectionOrder.flatMap((id) => {
      const body = replaced.has(id) ? replaced.get(id) : originalBody(module, id);
      return body === undefined ? [] : [{ id, body }];
    }),
  );
}

function importSection({ imports, bytes }: WasmModule, memory: ImportedMemory): Uint8Array {
  const others = imports.filter(({ kind }) => kind !== "memory");
  const limits = { minimum: memory.initialPages, maximum: memory.maximumPages };
  return encodeList([...others, undefined], (writer, entry) => {
    if (entry === undefined) writeMemoryImport(writer, { ...memory.import, memory: limits });
    else writeImport(writer, bytes, entry);
  });
}

function originalBody(module: SectionedModule, id: number): Uint8Array | undefined {
  const section = findSection(module, id);
  return section === undefined ? undefined : sectionBody(module, section);
}

/** The body of a section with entries added at its end. */
function extendList<T>(
  module: SectionedModule,
  id: number,
  entries: readonly T[],
  writeEntry: (writer: ByteWriter, entry: T) => void,
): Uint8Array | undefined {
  const body = originalBody(module, id);
  if (entries.length === 0) return body;
  if (body === undefined) return encodeList(entries, writeEntry);
  const reader = byteReader(body);
  const writer = byteWriter(body.length + 64);
  writeU32(writer, readU32(reader) + entries.length);
  writeBytes(writer, body.subarray(reader.offset));
  for (const entry of entries) writeEntry(writer, entry);
  return written(writer);
}
