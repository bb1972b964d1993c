import { type AddedFunctionsCode, withAddedFunctions } from "./added-functions.ts";
import { encodeList, encodeModule, writeImport, writeMemoryImport } from "./encode.ts";
import { originalBody } from "./extend-list.ts";
import { type Limits, writeLimits } from "./limits.ts";
import type { WasmModule } from "./module.ts";
import { sectionId, sectionOrder } from "./section.ts";
import { writeTable } from "./table.ts";

/** Limits of whole index spaces, what is imported first. */
export interface LoweredLimits {
  readonly memories: readonly Limits[];
  readonly tables: readonly Limits[];
}

/** A module for fresh instances: the same, with other code and limits for its memories and tables, without custom sections. */
export function freshModule(
  module: WasmModule,
  { memories, tables }: LoweredLimits,
  code: AddedFunctionsCode,
): Uint8Array<ArrayBuffer> {
  const imported = memories.slice(0, memories.length - module.memories.length);
  const own = memories.slice(imported.length);
  const replaced = new Map(withAddedFunctions(module, code));
  if (imported.length > 0) replaced.set(sectionId.import, importSection(module, imported));
  if (own.length > 0) replaced.set(sectionId.memory, encodeList(own, writeLimits));
  if (module.tables.length > 0) replaced.set(sectionId.table, tableSection(module, tables));
  return encodeModule(
    sectionOrder.flatMap((id) => {
      const body = replaced.get(id) ?? originalBody(module, id);
      return body === undefined ? [] : [{ id, body }];
    }),
  );
}

function tableSection({ bytes, tables }: WasmModule, all: readonly Limits[]): Uint8Array {
  const limits = all.slice(all.length - tables.length).values();
  return encodeList(tables, (writer, table) =>
    writeTable(writer, bytes, table, limits.next().value ?? table.limits),
  );
}

function importSection({ imports, bytes }: WasmModule, memories: readonly Limits[]): Uint8Array {
  const limits = memories.values();
  return encodeList(imports, (writer, entry) => {
    const memory = entry.kind === "memory" ? limits.next().value : undefined;
    if (memory === undefined) writeImport(writer, bytes, entry);
    else writeMemoryImport(writer, { ...entry, memory });
  });
}
