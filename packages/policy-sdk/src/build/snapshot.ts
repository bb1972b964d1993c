import {
  type ActiveDataSegment,
  encodeList,
  encodeModule,
  encodeU32,
  readModule,
  type SectionContent,
  sectionBody,
  sectionId,
  type WasmModule,
  writeActiveDataSegment,
  writeBytes,
  writeExport,
  writeGlobalType,
  writeI32Global,
  writeLimits,
} from "@kubewarden-ts/wasm";
import { PolicySdkError } from "../errors.ts";

/** Zeros shorter than this cost less inside a segment than a new segment's head. */
const joinGapBytes = 24;

/**
 * Writes a running instance back as a module: its memory becomes the data segments, its mutable globals their present
 * values. Start function and custom sections go, exports but `keep` too.
 * @param engine - the module the instance was made of
 * @throws {PolicySdkError} `SDK_SNAPSHOT` when a mutable global cannot be read
 */
export function snapshot(
  engine: Uint8Array,
  exports: WebAssembly.Exports,
  keep: readonly string[],
): Uint8Array<ArrayBuffer> {
  const module = readModule(engine);
  const memory = exports["memory"];
  if (!(memory instanceof WebAssembly.Memory)) throw cannotSnapshot("the engine exports no memory");
  const bytes = new Uint8Array(memory.buffer);
  const segments = nonZeroRuns(bytes);
  const replaced = new Map<number, Uint8Array>([
    [
      sectionId.memory,
      encodeList([{ minimum: bytes.length / 65_536, maximum: module.memories[0]?.maximum }], writeLimits),
    ],
    [sectionId.global, globals(module, exports)],
    [
      sectionId.export,
      encodeList(
        module.exports.filter(({ name }) => keep.includes(name)),
        writeExport,
      ),
    ],
    [sectionId.dataCount, encodeU32(segments.length)],
    [sectionId.data, encodeList(segments, writeActiveDataSegment)],
  ]);
  const dropped: readonly number[] = [sectionId.custom, sectionId.start];
  const kept = module.sections.filter(({ id }) => !dropped.includes(id));
  return encodeModule(
    kept.map((section): SectionContent => {
      const body = replaced.get(section.id) ?? sectionBody(module, section);
      return { id: section.id, body };
    }),
  );
}

/** The parts of memory that a fresh, zeroed one lacks. */
function nonZeroRuns(memory: Uint8Array): ActiveDataSegment[] {
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
  const segments: ActiveDataSegment[] = [];
  for (let start = nextNonZero(memory, words, 0); start < memory.length; ) {
    let end = start + 1;
    let next = nextNonZero(memory, words, end);
    while (next < memory.length && next - end <= joinGapBytes) {
      end = next + 1;
      next = nextNonZero(memory, words, end);
    }
    segments.push({ offset: start, content: memory.subarray(start, end) });
    start = next;
  }
  return segments;
}

function nextNonZero(memory: Uint8Array, words: Uint32Array, from: number): number {
  let offset = from;
  while (offset < memory.length) {
    if ((offset & 3) === 0 && words[offset >> 2] === 0) offset += 4;
    else if (memory[offset] === 0) offset++;
    else return offset;
  }
  return offset;
}

function globals(module: WasmModule, exports: WebAssembly.Exports): Uint8Array {
  const named = new Map(
    module.exports.filter(({ kind }) => kind === "global").map(({ index, name }) => [index, name]),
  );
  return encodeList([...module.globals.entries()], (writer, [index, { type, mutable, initialiser }]) => {
    if (type !== "i32") throw cannotSnapshot(`global ${index} is no i32`);
    if (!mutable) {
      writeGlobalType(writer, { type, mutable });
      writeBytes(writer, module.bytes.subarray(initialiser.start, initialiser.end));
      return;
    }
    const global = exports[named.get(index) ?? ""];
    if (!(global instanceof WebAssembly.Global))
      throw cannotSnapshot(`mutable global ${index} is not exported`);
    writeI32Global(writer, { mutable, value: Number(global.value) });
  });
}

function cannotSnapshot(reason: string): PolicySdkError {
  return new PolicySdkError(`cannot snapshot: ${reason}`, { code: "SDK_SNAPSHOT" });
}
