import { encodeList, encodeModule, type SectionContent, writeImport, writeMemoryImport } from "./encode.ts";
import { type Limits, writeLimits } from "./limits.ts";
import type { WasmModule } from "./module.ts";
import { sectionBody, sectionId } from "./section.ts";

/**
 * A module for fresh instances: the same, with other limits for its memories and without custom sections.
 * @param memories - of the whole index space, imported ones first
 */
export function freshModule(module: WasmModule, memories: readonly Limits[]): Uint8Array<ArrayBuffer> {
  const imported = memories.slice(0, memories.length - module.memories.length);
  const own = memories.slice(imported.length);
  const replaced = new Map<number, Uint8Array>();
  if (imported.length > 0) replaced.set(sectionId.import, importSection(module, imported));
  if (own.length > 0) replaced.set(sectionId.memory, encodeList(own, writeLimits));
  return encodeModule(
    module.sections
      .filter(({ id }) => id !== sectionId.custom)
      .map(
        (section): SectionContent => ({
          id: section.id,
          body: replaced.get(section.id) ?? sectionBody(module, section),
        }),
      ),
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
