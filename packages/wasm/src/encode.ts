import {
  type ByteWriter,
  byteWriter,
  u32Length,
  writeByte,
  writeBytes,
  writeName,
  writeS32,
  writeU32,
  written,
} from "./byte-writer.ts";
import type { Export } from "./export.ts";
import { externalKinds, type Import } from "./import.ts";
import { type Limits, writeLimits } from "./limits.ts";
import { preamble, sectionId } from "./section.ts";
import { type NumberType, numberTypeByte } from "./value-type.ts";

/** A section to be written: its id, and its body without id and size. */
export interface SectionContent {
  readonly id: number;
  readonly body: Uint8Array;
}

/** The bytes of a module with these sections, in the order given. */
export function encodeModule(sections: readonly SectionContent[]): Uint8Array<ArrayBuffer> {
  const sizes = sections.map(({ body }) => 1 + u32Length(body.length) + body.length);
  const writer = byteWriter(sizes.reduce((sum, size) => sum + size, preamble.length));
  writeBytes(writer, preamble);
  for (const { id, body } of sections) {
    writeByte(writer, id);
    writeU32(writer, body.length);
    writeBytes(writer, body);
  }
  return written(writer);
}

/**
 * The body of a section that is a list: the number of the entries, then the entries.
 * @example encodeList([{ minimum: 1, maximum: 2 }], writeLimits)
 */
export function encodeList<T>(
  entries: readonly T[],
  writeEntry: (writer: ByteWriter, entry: T) => void,
): Uint8Array<ArrayBuffer> {
  const writer = byteWriter();
  writeU32(writer, entries.length);
  for (const entry of entries) writeEntry(writer, entry);
  return written(writer);
}

/** The body of a section that is one number: start, data count. */
export function encodeU32(value: number): Uint8Array<ArrayBuffer> {
  const writer = byteWriter();
  writeU32(writer, value);
  return written(writer);
}

/** A custom section. */
export function encodeCustomSection(name: string, content: Uint8Array): SectionContent {
  const writer = byteWriter(content.length + name.length + 8);
  writeName(writer, name);
  writeBytes(writer, content);
  return { id: sectionId.custom, body: written(writer) };
}

export function writeExport(writer: ByteWriter, { name, kind, index }: Export): void {
  writeName(writer, name);
  writeByte(writer, externalKinds.indexOf(kind));
  writeU32(writer, index);
}

/** An import of which only the names may be new: its type is copied from the module it stands in. */
export function writeImport(
  writer: ByteWriter,
  bytes: Uint8Array,
  { module, name, start, end }: Pick<Import, "module" | "name" | "start" | "end">,
): void {
  writeName(writer, module);
  writeName(writer, name);
  writeBytes(writer, bytes.subarray(start, end));
}

/** An import of a memory. */
export function writeMemoryImport(
  writer: ByteWriter,
  { module, name, memory }: { module: string; name: string; memory: Pick<Limits, "minimum" | "maximum"> },
): void {
  writeName(writer, module);
  writeName(writer, name);
  writeByte(writer, externalKinds.indexOf("memory"));
  writeLimits(writer, memory);
}

/** The type of a global; its initialiser follows. */
export function writeGlobalType(
  writer: ByteWriter,
  { type, mutable }: { type: NumberType; mutable: boolean },
): void {
  writeByte(writer, numberTypeByte[type]);
  writeByte(writer, mutable ? 1 : 0);
}

/** The constant expression `i32.const value`, with its `end`. */
export function writeI32Initialiser(writer: ByteWriter, value: number): void {
  writeByte(writer, 0x41);
  writeS32(writer, value);
  writeByte(writer, 0x0b);
}

/** A mutable or constant global of type i32 with its initial value. */
export function writeI32Global(
  writer: ByteWriter,
  { mutable, value }: { mutable: boolean; value: number },
): void {
  writeGlobalType(writer, { type: "i32", mutable });
  writeI32Initialiser(writer, value);
}

/** A data segment of memory 0. */
export interface ActiveDataSegment {
  /** The address of its first byte. */
  readonly offset: number;
  readonly content: Uint8Array;
}

/** A data segment that is copied to its place at instantiation. */
export function writeActiveDataSegment(writer: ByteWriter, { offset, content }: ActiveDataSegment): void {
  writeByte(writer, 0);
  writeI32Initialiser(writer, offset);
  writeU32(writer, content.length);
  writeBytes(writer, content);
}
