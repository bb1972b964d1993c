import {
  type ByteRange,
  type ByteReader,
  byteReader,
  fail,
  isAtEnd,
  readByte,
  readName,
  readU32,
  skipBytes,
  unsupported,
} from "./byte-reader.ts";
import { WasmError } from "./errors.ts";

/** Section ids of the binary format. */
export const sectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** All but custom sections stand in this order, each at most once. */
export const sectionOrder: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** One section; the range is that of its body, without id and size. */
export interface Section extends ByteRange {
  readonly id: number;
  /** Where the section starts, with its id. */
  readonly offset: number;
  /** Of a custom section: its name; the range then starts behind it. */
  readonly name: string | undefined;
}

/** A module as bytes and the places of its sections: all that copying and custom sections need. */
export interface SectionedModule {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
}

/** `\0asm` and version 1, the first eight bytes of every module. */
export const preamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * Finds the sections of a module, without looking into them.
 * @throws {WasmError} `WASM_NOT_A_MODULE`, `WASM_TRUNCATED`, `WASM_MALFORMED`, `WASM_UNSUPPORTED`
 */
export function readSections(bytes: Uint8Array): SectionedModule {
  checkPreamble(bytes);
  const reader = byteReader(bytes, { start: preamble.length, end: bytes.length });
  const sections: Section[] = [];
  let lastRank = -1;
  while (!isAtEnd(reader)) {
    const section = readSection(reader);
    sections.push(section);
    if (section.id === sectionId.custom) continue;
    const rank = sectionOrder.indexOf(section.id);
    if (rank === -1) unsupported(`unknown section ${section.id}`);
    if (rank <= lastRank) fail(reader, `section ${section.id} stands twice or out of order`);
    lastRank = rank;
  }
  return { bytes, sections };
}

function readSection(reader: ByteReader): Section {
  const offset = reader.offset;
  const id = readByte(reader);
  const size = readU32(reader);
  const start = reader.offset;
  skipBytes(reader, size);
  const end = reader.offset;
  if (id !== sectionId.custom) return { id, offset, start, end, name: undefined };
  const content = byteReader(reader.bytes, { start, end });
  const name = readName(content);
  return { id, offset, start: content.offset, end, name };
}

function checkPreamble(bytes: Uint8Array): void {
  const head = bytes.subarray(0, preamble.length);
  if (head.length === 0) notAModule("the file is empty");
  if (preamble.slice(0, 4).some((byte, index) => index < head.length && head[index] !== byte)) {
    notAModule(`the file starts with ${hex(head.subarray(0, 4))}`);
  }
  if (head.length < preamble.length) {
    throw new WasmError(`truncated WebAssembly module: ${head.length} bytes`, { code: "WASM_TRUNCATED" });
  }
  // Two bytes of version, two bytes of layer: 1 is the layer of components.
  if (head[6] === 1 && head[7] === 0) notAModule("the file is a component");
  if (preamble.some((byte, index) => head[index] !== byte)) {
    unsupported(`unknown WebAssembly version ${hex(head.subarray(4))}`);
  }
}

function notAModule(reason: string): never {
  throw new WasmError(`not a WebAssembly module: ${reason}`, { code: "WASM_NOT_A_MODULE" });
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** The section of an id other than custom, or `undefined`. */
export function findSection({ sections }: SectionedModule, id: number): Section | undefined {
  return sections.find((section) => section.id === id);
}

/** The bytes between the size of a section (and the name of a custom one) and its end, not copied. */
export function sectionBody({ bytes }: SectionedModule, { start, end }: ByteRange): Uint8Array {
  return bytes.subarray(start, end);
}

/**
 * Reads the body of a section to its end.
 * @returns what `read` returns, or `absent` when the module has no such section
 * @throws {WasmError} `WASM_MALFORMED` when bytes are left over, and as `read`
 */
export function decodeSection<T>(
  module: SectionedModule,
  id: number,
  absent: T,
  read: (reader: ByteReader) => T,
): T {
  const section = findSection(module, id);
  if (section === undefined) return absent;
  const reader = byteReader(module.bytes, section);
  const value = read(reader);
  if (!isAtEnd(reader)) fail(reader, `section ${id} is longer than its content`);
  return value;
}
