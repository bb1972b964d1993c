import { concatenate } from "./byte-writer.ts";
import { encodeCustomSection, encodeModule } from "./encode.ts";
import { preamble, readSections, type SectionedModule, sectionBody, sectionId } from "./section.ts";

/**
 * The contents of the custom sections of a name, in the order of the file, not copied. Readers of metadata take
 * the first (policy-runtime 1.1).
 * @param module - what `readModule` or `readSections` returned
 * @example const [metadata] = customSections(readModule(bytes), "io.kubewarden.metadata")
 */
export function customSections(module: SectionedModule, name: string): Uint8Array[] {
  return module.sections
    .filter((section) => section.id === sectionId.custom && section.name === name)
    .map((section) => sectionBody(module, section));
}

/**
 * Drops the custom sections of a name and appends one; everything else is copied byte for byte
 * (kwctl-and-oci 6.3).
 * @throws {WasmError} as `readSections`
 */
export function setCustomSection(
  bytes: Uint8Array,
  name: string,
  content: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const kept = readSections(bytes).sections.filter(
    (section) => section.id !== sectionId.custom || section.name !== name,
  );
  const appended = encodeModule([encodeCustomSection(name, content)]).subarray(preamble.length);
  return concatenate([
    bytes.subarray(0, preamble.length),
    ...kept.map(({ offset, end }) => bytes.subarray(offset, end)),
    appended,
  ]);
}
