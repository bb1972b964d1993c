import { byteReader, readU32 } from "./byte-reader.ts";
import { type ByteWriter, byteWriter, writeBytes, writeU32, written } from "./byte-writer.ts";
import { encodeList } from "./encode.ts";
import { findSection, type SectionedModule, sectionBody } from "./section.ts";

/** The body of a section of the original, if it has it. */
export function originalBody(module: SectionedModule, id: number): Uint8Array | undefined {
  const section = findSection(module, id);
  return section === undefined ? undefined : sectionBody(module, section);
}

/** The body of a section with entries added at its end; `undefined` when there are none at all. */
export function extendList<T>(
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
