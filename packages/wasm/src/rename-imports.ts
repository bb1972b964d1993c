import { concatenate } from "./byte-writer.ts";
import { encodeList, encodeModule, writeImport } from "./encode.ts";
import { readImports } from "./import.ts";
import { decodeSection, findSection, preamble, readSections, sectionId } from "./section.ts";

/** The two names of an import. */
export interface ImportName {
  readonly module: string;
  readonly name: string;
}

/**
 * Renames imports. Only the import section is encoded anew, and only when a name changes; everything else is
 * copied byte for byte.
 * @param rename - gives the new names of an import, of whichever kind
 * @throws {WasmError} as `readModule`
 * @example renameImports(bytes, ({ module, name }) => ({ module: module === "kubewarden:javy/host" ? "host" : module, name }))
 */
export function renameImports(
  bytes: Uint8Array,
  rename: (name: ImportName) => ImportName,
): Uint8Array<ArrayBuffer> {
  const module = readSections(bytes);
  const section = findSection(module, sectionId.import);
  const imports = decodeSection(module, sectionId.import, [], readImports);
  const renamed = imports.map(({ module, name, start, end }) => {
    const to = rename({ module, name });
    return { ...to, start, end, changed: to.module !== module || to.name !== name };
  });
  if (section === undefined || !renamed.some(({ changed }) => changed)) return new Uint8Array(bytes);
  const body = encodeList(renamed, (writer, entry) => writeImport(writer, bytes, entry));
  return concatenate([
    bytes.subarray(0, section.offset),
    encodeModule([{ id: sectionId.import, body }]).subarray(preamble.length),
    bytes.subarray(section.end),
  ]);
}
