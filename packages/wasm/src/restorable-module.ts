import { type AddedFunctionsCode, withAddedFunctions } from "./added-functions.ts";
import {
  encodeList,
  encodeModule,
  writeExport,
  writeI32Global,
  writeImport,
  writeMemoryImport,
} from "./encode.ts";
import type { Export } from "./export.ts";
import { extendList, originalBody } from "./extend-list.ts";
import type { WasmModule } from "./module.ts";
import { sectionId, sectionOrder } from "./section.ts";

/** The memory of a restorable module, which its host makes. */
export interface ImportedMemory {
  readonly import: { readonly module: string; readonly name: string };
  readonly initialPages: number;
  readonly maximumPages: number;
}

/** What a restorable module has other than the original. */
export interface Restorable {
  readonly exports: readonly Export[];
  readonly code: AddedFunctionsCode;
  readonly memory: ImportedMemory | undefined;
}

/**
 * Puts a restorable module together: everything is the original's but the code, the memory, which becomes an import, two more
 * globals, and the exports added. Custom sections are dropped.
 */
export function restorableModule(
  module: WasmModule,
  { exports, code, memory }: Restorable,
): Uint8Array<ArrayBuffer> {
  const replaced = new Map<number, Uint8Array | undefined>([
    [sectionId.export, extendList(module, sectionId.export, exports, writeExport)],
    ...withAddedFunctions(module, code),
  ]);
  if (memory !== undefined) {
    const size = { mutable: true, value: memory.initialPages };
    const refused = { mutable: true, value: 0 };
    replaced.set(sectionId.import, importSection(module, memory));
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
